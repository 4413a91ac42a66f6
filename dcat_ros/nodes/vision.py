"""Predictions as vision_msgs, for stacks that speak it; imported where it is installed."""

from vision_msgs.msg import Classification, LabelInfo, ObjectHypothesis, VisionClass

from dcat_ros.nodes.header import header_of
from dcat_ros.streaming.decision import Prediction

__all__ = ['classification', 'label_info']


def classification(prediction: Prediction, labels: tuple[str, ...]) -> Classification:
    """All labels with their probabilities, the likeliest first."""
    pairs = sorted(zip(prediction.probabilities, labels, strict=True), reverse=True)
    results = [ObjectHypothesis(class_id=label, score=p) for p, label in pairs]
    return Classification(header=header_of(prediction), results=results)


def label_info(labels: tuple[str, ...], threshold: float) -> LabelInfo:
    """Which labels the model has, and below which probability it says unknown."""
    classes = [VisionClass(class_id=i, class_name=label) for i, label in enumerate(labels)]
    return LabelInfo(class_map=classes, threshold=threshold)
