"""Thresholds that a build can trust: saved rows become verdicts, and an exit code.

From the outside in:

- ``check`` judges a run by a whole file; its result is printed and counted by ``outputs``.
- ``thresholds`` is that file, checked line by line; ``asked`` holds it against the run, and
  ``meanings`` says what can be asked for; ``init`` writes a first one.
- ``verdict`` is what comes of one threshold.

Bounds that stand by themselves: ``floors`` judges ``rows`` of ``scores``.

Comparisons with a baseline: ``regression`` judges what ``compared`` finds, and ``drop_in_words`` says it.

- ``baseline`` is a file or a run, ``origin`` where its rows come from, and ``sound`` refuses rows that no run has.
- ``panel`` is what it holds: numbers of every setting, metric and instance (``panel_runs`` of agreement and noise,
  ``panel_fits`` of fidelity, both made of ``panel_scores``), who each instance is (``identity``), and what was
  explained of it (``explained``).
- ``cells`` are the settings of a panel, paired with those of the baseline (``cells_in_words`` tells them apart);
  ``same_features`` refuses other features, ``same_instances`` pairs instances, and ``answers`` holds those of the model
  against what they were.
- ``power`` is the smallest margin that so many seeds and instances can keep.

``values`` compares and writes what users write.
"""
