"""Four ways in which independence fails, each as a model with stated parameters (docs/guides/scenarios.md)."""

from comity.posture.futures.kinds import FUTURES, outlook
from comity.posture.futures.outlook import Baseline, Outlook

__all__ = ["FUTURES", "Baseline", "Outlook", "outlook"]
