"""A property that is worked out when it is first read, and then kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

Value = TypeVar("Value")


class once(Generic[Value]):  # noqa: N801  # a decorator, as `property` is
    """Like `functools.cached_property`, without its lock.

    Until Python 3.11 that lock is one for all objects of a class: threads that evaluate different queries
    wait for each other, and for ever where they need two such properties in different orders. Here two
    threads may work out the same value twice, which does no harm where it depends on the object alone.
    """

    def __init__(self, make: Callable[[Any], Value]) -> None:
        self._make, self._name = make, make.__name__
        self.__doc__ = make.__doc__

    @overload
    def __get__(self, instance: None, owner: type) -> once[Value]: ...
    @overload
    def __get__(self, instance: object, owner: type) -> Value: ...
    def __get__(self, instance: object | None, owner: type) -> once[Value] | Value:
        if instance is None:
            return self
        value = instance.__dict__[self._name] = self._make(instance)
        return value
