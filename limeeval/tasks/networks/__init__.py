"""Networks: one function each, named by the ``network`` key of a model's yaml."""
