"""
What resources cost each month whether they are used or not, as far as is known.

Prices are in US dollars, from the price list of US East (N. Virginia).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from secure_constructs.checks.template import Resource, listed

# What is left out, in words for the reader of a sum.
NOT_COUNTED = (
    "what is paid by use: requests, storage, logs, traces, events, KMS calls",
    "taxes, discounts, free tiers and the higher prices of other regions",
    "the second and third dollar a month of a key that has rotated once and twice",
    "for an alarm on a query of metrics, the second and further metrics that it finds",
    "provisioned concurrency and provisioned capacity",
    "every resource type that is not in the table",
)
_SECONDS_OF_HIGH_RESOLUTION = 60


@dataclass(frozen=True)
class Price:
    """
    The price of one thing in a month.

    Attributes:
        unit: The thing, in words.
        dollars: What one of it costs.
        units: Counts it in a resource.
    """

    unit: str
    dollars: Decimal
    units: Callable[[Resource], int]


@dataclass(frozen=True)
class Cost:
    """
    What a number of things costs in a month.

    Attributes:
        price: The price of one.
        count: How many there are.
    """

    price: Price
    count: int

    @property
    def dollars(self) -> Decimal:
        """The sum."""
        return self.price.dollars * self.count


def costs_of(resources: Iterable[Resource]) -> Iterator[Cost]:
    """Yield what *resources* cost each month, a sum for each kind of thing."""
    counts: dict[str, int] = {}
    prices = {price.unit: price for each in _PRICES.values() for price in each}
    for resource in resources:
        for price in _PRICES.get(resource.type, ()):
            counts[price.unit] = counts.get(price.unit, 0) + price.units(resource)
    for unit, price in prices.items():
        if counts.get(unit):
            yield Cost(price, counts[unit])


def _one(_: Resource) -> int:
    return 1


def _metrics(alarm: Resource) -> int:
    """Count the metrics that *alarm* watches, where it watches each minute or less."""
    return 0 if _is_fast(alarm) else _watched(alarm)


def _fast_metrics(alarm: Resource) -> int:
    return _watched(alarm) if _is_fast(alarm) else 0


def _watched(alarm: Resource) -> int:
    """Count the metrics that *alarm* watches."""
    queries = [each for each in listed(alarm.known("Metrics")) if _is_priced(each)]
    # With a band for what is normal, its two ends are priced as metrics too.
    band = 2 if alarm.read("ThresholdMetricId") else 0
    return max(1, len(queries)) + band


def _is_priced(query: object) -> bool:
    """Whether *query* reads metrics, and does not only calculate with others."""
    if not isinstance(query, Mapping):
        return False
    expression = str(query.get("Expression", "")).lstrip().upper()
    return "MetricStat" in query or expression.startswith("SELECT")


def _is_fast(alarm: Resource) -> bool:
    """Whether *alarm* looks more often than each minute, which costs more."""
    periods = [alarm.read("Period")]
    for query in listed(alarm.known("Metrics")):
        if isinstance(query, Mapping):
            stat = query.get("MetricStat")
            inner = stat.get("Period") if isinstance(stat, Mapping) else None
            periods += [query.get("Period"), inner]
    return any(
        str(each).isdecimal() and int(str(each)) < _SECONDS_OF_HIGH_RESOLUTION
        for each in periods
    )


_PRICES: Mapping[str, tuple[Price, ...]] = {
    "AWS::CloudWatch::Alarm": (
        Price("metric of an alarm", Decimal("0.10"), _metrics),
        Price(
            "metric of an alarm that looks more often than each minute",
            Decimal("0.30"),
            _fast_metrics,
        ),
    ),
    "AWS::CloudWatch::CompositeAlarm": (
        Price("composite alarm", Decimal("0.50"), _one),
    ),
    "AWS::CloudWatch::Dashboard": (Price("dashboard", Decimal("3.00"), _one),),
    "AWS::KMS::Key": (Price("key of your own", Decimal("1.00"), _one),),
    "AWS::KMS::ReplicaKey": (Price("replica of a key", Decimal("1.00"), _one),),
    "AWS::SecretsManager::Secret": (Price("secret", Decimal("0.40"), _one),),
}
