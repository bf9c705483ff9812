"""Reading JSON bodies strictly."""

import json
import math
from typing import Any, NoReturn

from flask import Request
from werkzeug.exceptions import UnsupportedMediaType

from icons.domain.errors import InvalidRequest


class JsonRequest(Request):
    """A request whose body is one JSON object; no body counts as an empty one."""

    def get_json(self, force: bool = False, silent: bool = False, cache: bool = True) -> dict[str, Any]:
        """Raises InvalidRequest or UnsupportedMediaType, even when ``silent``: flask-openapi always asks silently."""
        data = self.get_data(cache=cache)
        if not data:
            return {}
        if not (force or self.is_json):
            raise UnsupportedMediaType("Send the body as JSON, with Content-Type: application/json.")
        return parse_object(data)


def parse_object(data: bytes) -> dict[str, Any]:
    """One JSON object in UTF-8, without NaN or Infinity. Raises InvalidRequest."""
    try:
        value = json.loads(data.decode(), parse_constant=_refuse, parse_float=_number)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise InvalidRequest(f"The body is not valid JSON: {error.msg} ({where}).") from None
    except RecursionError:
        raise InvalidRequest("The body is nested too deeply.") from None
    except UnicodeDecodeError:
        raise InvalidRequest("The body is not valid UTF-8.") from None
    except ValueError:  # NaN, Infinity, or a number of thousands of digits
        raise InvalidRequest("The body holds a number that is not finite or far too long.") from None
    if not isinstance(value, dict):
        raise InvalidRequest("The body must be a JSON object: {...}.")
    return value


def _number(text: str) -> float:
    """To JSON, 5.0 and 5 are the same number. ValueError for 1e400, which would come out as Infinity."""
    value = float(text)
    if math.isinf(value):
        raise ValueError(text)
    return int(value) if value.is_integer() else value


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)
