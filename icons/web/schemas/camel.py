"""Bodies, parameters and answers whose fields are written in camelCase."""

from pydantic import ConfigDict
from pydantic.alias_generators import to_camel

from icons.web.schemas.fields import Answer, Body, Query


class CamelBody(Body):
    """See `Body`."""

    model_config = ConfigDict(alias_generator=to_camel)


class CamelQuery(Query):
    """See `Query`."""

    model_config = ConfigDict(alias_generator=to_camel)


class CamelAnswer(Answer):
    """See `Answer`."""

    model_config = ConfigDict(alias_generator=to_camel)
