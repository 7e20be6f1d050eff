"""Thresholds that a build can trust: saved rows become verdicts, and an exit code.

From the outside in:

- ``check`` judges a run by a whole file; its result is printed and counted by ``outputs``.
- ``thresholds`` is that file, checked line by line; ``asked`` holds it against the run; ``init`` writes a first one.
- ``verdict`` is what comes of one threshold; ``plugin`` lets a project's own tests ask for it.

Bounds that stand by themselves: ``floors`` judges ``rows`` of ``scores``.

Comparisons with a baseline: ``regression`` judges what ``compared`` finds, and ``drop_in_words`` says it.

- ``baseline`` is a file or a run, ``origin`` where its rows come from.
- ``panel`` is what it holds: numbers of every setting, metric and instance (``panel_runs`` of agreement and noise,
  ``panel_fits`` of fidelity, both made of ``panel_scores``), and who each instance is (``identity``).
- ``cells`` are the settings of a panel, paired with those of the baseline (``cells_in_words`` tells them apart), and
  ``same_instances`` pairs instances.
- ``power`` is the smallest margin that so many seeds and instances can keep.

``values`` compares and writes what users write.
"""
