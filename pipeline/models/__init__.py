"""Opportunities and the funnel."""

from pipeline.models.opportunity import Decider, Evidence, Opportunity, StageChange
from pipeline.models.pipeline import Criterion, LossReason, Pipeline, Product, Step
from pipeline.models.rate import ExchangeRate
from pipeline.models.target import Target

__all__ = [
    "Criterion",
    "Decider",
    "Evidence",
    "ExchangeRate",
    "LossReason",
    "Opportunity",
    "Pipeline",
    "Product",
    "StageChange",
    "Step",
    "Target",
]
