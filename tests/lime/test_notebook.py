"""The classic walk-through, with nothing changed but its import, in a real notebook kernel."""

import nbformat
from nbclient import NotebookClient

CELLS = [
    """
import numpy as np
import pandas as pd
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

data = load_iris()
x = pd.DataFrame(data.data, columns=data.feature_names)
x_train, x_test, y_train, y_test = train_test_split(x, data.target, test_size=0.2, random_state=42)
rf = RandomForestClassifier(random_state=42)
rf.fit(x_train, y_train);
""",
    """
from limeeval.lime import LimeTabularExplainer

explainer = LimeTabularExplainer(
    training_data=np.array(x_train),
    feature_names=x_train.columns,
    class_names=["setosa", "versicolor", "virginica"],
    mode="classification",
)
explanation = explainer.explain_instance(data_row=x_test.iloc[1], predict_fn=rf.predict_proba)
explanation.show_in_notebook(show_table=True)
""",
    "explanation",
    "explanation.as_pyplot_figure();",
]


def test_the_classic_walk_through_runs_with_only_its_import_changed() -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell.strip()) for cell in CELLS])
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    setup, shown, displayed, figure = notebook.cells
    assert setup.outputs == []
    # Nothing but the explanation: no warning of lost feature names, no error.
    assert [output.output_type for output in shown.outputs] == ["display_data"]
    html = shown.outputs[0]["data"]["text/html"]
    assert "<table>" in html
    assert "Why the model gives versicolor a probability of" in html
    assert "petal width (cm)" in html
    assert "<script" not in html
    assert "±" in displayed.outputs[0]["data"]["text/plain"]
    assert "limeeval" in displayed.outputs[0]["data"]["text/html"]
    assert "image/png" in figure.outputs[0]["data"]
