"""The figures of a report, one a file, found rather than registered.

A figure is a public function of a module of this package, named as the module is, that takes a run and one of its
answers and returns a :class:`limeeval.report.drawing.figure.Figure`; options, all with defaults, come after ``*``.
Where the rows do not hold what it shows it raises :class:`limeeval.report.drawing.figure.NotDrawn`. ``study.plot`` has
every one of them by its name; a page shows those that ``limeeval/report/page/chapters.py`` asks for.
"""
