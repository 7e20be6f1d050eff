"""Sweeps of images: segmentation is an axis, model calls are shared, and what was cut is kept."""

import numpy as np
import pytest

import limeeval
from limeeval.lime import LimeImageExplainer, SegmentationAlgorithm
from limeeval.lime.labels import Labels
from limeeval.lime.model import ModelError
from limeeval.sweep.grid import IMAGE_DEFAULTS, grid_of, setting_text, shown_defaults
from limeeval.sweep.pictures import Cut
from limeeval.sweep.plan import Names, Plan
from limeeval.sweep.run import run_sweep
from limeeval.sweep.store import Store

PATCHES = np.random.default_rng(0).integers(0, 256, (3, 6, 8, 3), dtype=np.uint8)
IMAGES = [np.kron(patches, np.ones((4, 4, 1), dtype=np.uint8)) for patches in PATCHES]
SEGMENTATIONS = [{"algorithm": "grid", "n_segments": 12}, {"algorithm": "slic", "n_segments": 9}]
GRID, SLIC = "grid(n_segments=12)", "slic(n_segments=9)"
SETTINGS = IMAGE_DEFAULTS | {
    "kernel_width_factor": [0.5, 1],
    "num_samples": [100, 600],
    "segmentation": SEGMENTATIONS,
}


def predict(images):
    """Two classes: the color of the upper half, and what the left side has beside the right."""
    left, right = images[:, :, :16].mean(axis=(1, 2, 3)), images[:, :, 16:].mean(axis=(1, 2, 3))
    share = np.clip(images[:, :12].mean(axis=(1, 2, 3)) / 255 + np.abs(left - right) / 90, 0, 1)
    return np.column_stack([1 - share, share])


def plan(model=predict, *, images=IMAGES, seeds=(0, 1, 2), **settings):
    known = {key: settings.pop(key) for key in ("model_id", "one_process", "batch_rows") if key in settings}
    return Plan(
        names=Names("pictures", "model"),
        explainer=LimeImageExplainer(class_names=["dark", "bright"]),
        instances=images,
        ids=[f"image {number}" for number in range(len(images))],
        predict_fn=model,
        seeds=list(seeds),
        grid=grid_of(SETTINGS | settings),
        labels=Labels("classification", ["dark", "bright"], ["bright"], None),
        **known,
    )


@pytest.fixture(scope="module")
def sweep():
    return run_sweep(plan())


def test_rows_are_those_of_single_explanations(sweep):
    """Every fit is what the explainer says of that image, segmentation, width, count and seed alone."""
    rows = sweep.attributions
    for segmentation, name in zip(SEGMENTATIONS, (GRID, SLIC), strict=True):
        for count, factor in ((100, 0.5), (600, 1.0)):
            explainer = LimeImageExplainer(kernel_width=0.25 * factor, random_state=1)
            alone = explainer.explain_instance(
                IMAGES[2], predict, labels=(1,), top_labels=None, num_samples=count, segmentation_fn=segmentation
            )
            own = rows[
                (rows["instance"] == 2)
                & (rows["segmentation"] == name)
                & (rows["num_samples"] == count)
                & (rows["kernel_width_factor"] == factor)
                & (rows["seed"] == 1)
            ].set_index("feature")
            frame = alone.as_frame(1).set_index("feature").sort_index()
            np.testing.assert_allclose(own["coefficient"], frame["coefficient"], rtol=1e-7, atol=1e-12)
            np.testing.assert_allclose(own["standard_error"], frame["standard_error"], rtol=1e-6, atol=1e-12)
            assert list(own["feature_name"]) == list(frame["feature_name"])


def test_every_segmentation_calls_the_model_for_its_largest_count_alone(sweep):
    assert sweep.rows_predicted == 2 * 3 * 3 * 600
    assert sweep.rows_of_a_loop == 2 * 3 * 3 * 2 * (100 + 600)
    assert set(sweep.attributions["segmentation"]) == {GRID, SLIC}
    assert set(sweep.attributions["hide_color"]) == {"mean"}


def test_instances_have_no_pixels_in_them(sweep):
    assert list(sweep.instances["row"]) == ["image 0", "image 1", "image 2"]
    assert set(sweep.instances["label_name"]) == {"bright"}
    assert list(sweep.instances["value_height"]) == [24] * 3
    np.testing.assert_allclose(sweep.instances["model_prediction"], predict(np.stack(IMAGES))[:, 1])


def test_segments_are_kept_as_they_were_cut(sweep):
    segments = sweep.pictures.segments
    assert set(segments) == {Cut("pictures", number, name) for number in range(3) for name in (GRID, SLIC)}
    for (_, number, name), found in segments.items():
        (algorithm,) = (one for one in SEGMENTATIONS if name.startswith(one["algorithm"]))
        explained = LimeImageExplainer(random_state=0).explain_instance(
            IMAGES[number], predict, segmentation_fn=algorithm, num_samples=50
        )
        np.testing.assert_array_equal(found, explained.segments)
        rows = sweep.attributions
        own = rows[(rows["instance"] == number) & (rows["segmentation"] == name)]
        assert own["feature"].nunique() == found.max() + 1
    np.testing.assert_array_equal(sweep.pictures.thumbnails["pictures", 1], IMAGES[1])


def test_each_image_is_segmented_once_a_setting():
    calls = []

    def halves(image):
        calls.append(image.shape)
        return np.arange(24 * 32).reshape(24, 32) // 64

    settings = {"hide_color": [None, 0], "distance_metric": ["cosine", "euclidean"]}
    found = run_sweep(plan(segmentation=[halves], num_samples=[50, 100], **settings))
    assert len(calls) == 3
    assert set(found.attributions["segmentation"]) == {"halves"}


@pytest.mark.parametrize("options", [{"n_jobs": 2}, {"n_jobs": 3, "one_process": True}, {"batch_rows": 7}])
def test_rows_do_not_depend_on_how_they_are_computed(sweep, options):
    n_jobs = options.pop("n_jobs", 1)
    found = run_sweep(plan(**options), n_jobs=n_jobs)
    columns = ["coefficient", "standard_error"]
    if "batch_rows" in options:  # The model sums in another order.
        np.testing.assert_allclose(found.attributions[columns], sweep.attributions[columns], rtol=1e-6, atol=1e-9)
    else:
        assert found.attributions.equals(sweep.attributions)
        assert found.fits.equals(sweep.fits)


def test_the_model_is_called_in_one_thread_if_it_stays_in_its_process():
    import threading

    threads, sizes = set(), []

    def model(images):
        threads.add(threading.get_ident())
        sizes.append(len(images))
        return predict(images)

    run_sweep(plan(model, one_process=True, batch_rows=32), n_jobs=2)
    assert threads == {threading.get_ident()}
    assert max(sizes) <= 32


def test_predictions_are_kept_and_found_again(tmp_path, sweep):
    calls = []

    def model(images):
        calls.append(len(images))
        return predict(images)

    store = Store(tmp_path, "model")
    run_sweep(plan(model, model_id="model"), store=store)
    calls.clear()
    again = run_sweep(plan(model, model_id="model", kernel_width_factor=[0.5, 1, 2]), store=store)
    assert sum(calls) <= 250  # Rows that check whether it is the same model.
    assert again.rows_stored == 2 * 3 * 3 * 600
    own = again.attributions[again.attributions["kernel_width_factor"] < 2]
    np.testing.assert_array_equal(own["coefficient"], sweep.attributions["coefficient"])
    calls.clear()
    run_sweep(plan(model, model_id="model", segmentation=[{"algorithm": "grid", "n_segments": 20}]), store=store)
    assert sum(calls) >= 3 * 3 * 600


def test_a_hidden_content_of_its_own(sweep):
    found = run_sweep(plan(hide_color=[None, 0, "blur"], segmentation=SEGMENTATIONS[:1], num_samples=600))
    assert list(dict.fromkeys(found.attributions["hide_color"])) == ["0", "blur", "mean"]
    mean = found.attributions[found.attributions["hide_color"] == "mean"]
    rows = sweep.attributions
    own = rows[(rows["segmentation"] == GRID) & (rows["num_samples"] == 600)]
    np.testing.assert_allclose(mean["coefficient"], own["coefficient"], rtol=1e-6, atol=1e-12)
    black = found.attributions[found.attributions["hide_color"] == "0"]
    assert np.abs(black["coefficient"].to_numpy() - mean["coefficient"].to_numpy()).max() > 0.01


def test_images_of_several_sizes_in_one_sweep():
    images = [IMAGES[0], np.zeros((40, 50, 3), dtype=np.uint8) + np.arange(50, dtype=np.uint8)[:, None]]
    found = run_sweep(plan(images=images))
    assert list(found.instances["value_width"]) == [32, 50]
    assert np.isfinite(found.attributions["coefficient"]).all()


def test_many_superpixels_are_drawn_a_second_time():
    """More than 64: the fits' standard errors are those of the explanation alone, and fresh fidelity is there."""
    fine = {"algorithm": "grid", "n_segments": 96}
    found = run_sweep(plan(images=IMAGES[:1], segmentation=[fine], num_samples=[300, 600]))
    assert found.attributions["feature"].nunique() > 64
    assert np.isfinite(found.fits["r2_fresh"]).all()
    explainer = LimeImageExplainer(random_state=1)
    alone = explainer.explain_instance(
        IMAGES[0], predict, labels=(1,), top_labels=None, num_samples=300, segmentation_fn=fine
    )
    rows = found.attributions
    own = rows[(rows["seed"] == 1) & (rows["num_samples"] == 300) & (rows["kernel_width_factor"] == 1)]
    frame = alone.as_frame(1).sort_values("feature")
    np.testing.assert_allclose(own["standard_error"], frame["standard_error"], rtol=1e-6)
    single = run_sweep(plan(images=IMAGES[:1], segmentation=[fine], num_samples=[300, 600], seeds=[1]))
    assert np.isfinite(single.fits["r2_fresh"]).all()
    several = found.fits[found.fits["seed"] == 1]
    assert np.abs(single.fits["r2_fresh"].to_numpy() - several["r2_fresh"].to_numpy()).max() < 0.25


def test_a_failing_model_costs_only_its_own_images():
    def model(images):
        if (images[0] == IMAGES[1]).all():
            raise RuntimeError("out of memory")
        return predict(images)

    found = run_sweep(plan(model, batch_rows=250))
    assert set(found.instances["row"]) == {"image 0", "image 2"}
    assert any("out of memory" in failure for failure in found.failures)
    with pytest.raises(ModelError, match="the first being the image of 24 x 32 x 3 in 12 superpixels: division"):
        run_sweep(plan(lambda images: 1 / 0))


def test_an_image_that_cannot_be_explained_is_named():
    images = [IMAGES[0], np.full((24, 32, 3), np.nan)]
    with pytest.raises(ValueError, match="image image 1: image must have finite pixels, got 2304 that are NaN"):
        run_sweep(plan(images=images))


def test_two_pictures_to_hide_by_are_told_apart():
    contents = [np.zeros((24, 32, 3), dtype=np.uint8), np.full((24, 32, 3), 255, dtype=np.uint8)]
    found = run_sweep(plan(images=IMAGES[:1], segmentation=SEGMENTATIONS[:1], hide_color=contents, num_samples=60))
    assert found.attributions["hide_color"].nunique() == 2


class TestGrid:
    def test_of_images_needs_a_segmentation(self):
        with pytest.raises(ValueError, match=r"keys for tables must be among .*, got hide_color"):
            grid_of({key: value for key, value in IMAGE_DEFAULTS.items() if key != "segmentation"})
        with pytest.raises(ValueError, match=r"lime.segmentation is for images and lime.discretizer for tables"):
            grid_of(IMAGE_DEFAULTS | {"discretizer": "quartile"})
        with pytest.raises(ValueError, match=r"keys for images must be among .*, got hide_colour"):
            grid_of(IMAGE_DEFAULTS | {"hide_colour": 0})

    def test_each_parameter_of_a_mapping_is_an_axis(self):
        found = grid_of(IMAGE_DEFAULTS | {"segmentation": {"algorithm": "slic", "n_segments": [25, 50]}})
        names = [setting_text("segmentation", one) for one in found.values["segmentation"]]
        assert names == ["slic(n_segments=25)", "slic(n_segments=50)"]

    @pytest.mark.parametrize(
        ("value", "text"),
        [(None, "mean"), (0, "0"), ("blur", "blur"), ((1, 2, 3), "[1, 2, 3]"), (np.zeros((4, 4, 3)), "image a05d9c8e")],
    )
    def test_hidden_content_in_a_table(self, value, text):
        assert setting_text("hide_color", value) == text

    def test_mean_is_the_default_by_name(self):
        assert grid_of(IMAGE_DEFAULTS | {"hide_color": ["mean", None, 0]}).values["hide_color"] == (None, 0)

    def test_names_of_scores_are_taken(self):
        mine = {"name": "others", "algorithm": "slic"}
        with pytest.raises(ValueError, match="segmentations must not be called others, got others"):
            grid_of(IMAGE_DEFAULTS | {"segmentation": mine})

    def test_what_a_table_shows_can_be_asked_for_again(self):
        """A recommendation's settings are those of the explainer too."""
        found = grid_of(IMAGE_DEFAULTS | {"segmentation": ["slic(n_segments=9)", "lime"]}).values["segmentation"]
        assert [setting_text("segmentation", one) for one in found] == ["slic(n_segments=9)", "lime"]
        assert found[0] == SegmentationAlgorithm("slic", n_segments=9)

    def test_defaults_as_tables_show_them(self):
        found = shown_defaults(["segmentation", "num_samples"])
        assert (found["segmentation"], found["hide_color"], found["num_samples"]) == ("lime", "mean", 1000)

    def test_unknown_segmentation(self):
        with pytest.raises(ValueError, match="segmentation must be one of quickshift, slic"):
            grid_of(IMAGE_DEFAULTS | {"segmentation": "slick"})


def test_from_python():
    sizes = []

    def model(images):
        sizes.append(len(images))
        return predict(images)

    study = limeeval.evaluate(
        LimeImageExplainer(class_names=["dark", "bright"]),
        np.stack(IMAGES),
        model,
        segmentation=["grid", SegmentationAlgorithm("slic", n_segments=9)],
        num_samples=200,
        seeds=3,
    )
    assert set(study.fits["segmentation"]) == {"grid", "slic(n_segments=9)"}
    assert "3 images" in repr(study)
    assert max(sizes) == 64  # Networks take memory for each image.
    with pytest.raises(ValueError, match="instances must be images"):
        limeeval.evaluate(LimeImageExplainer(), IMAGES[0], predict)
