# What schemathesis does to each request before it goes out: see contract.rs.
import itertools

import schemathesis

ADDRESSES = itertools.count(1)


@schemathesis.hook
def before_call(context, case, kwargs):
    n = next(ADDRESSES)
    headers = dict(case.headers or {})
    headers["X-Forwarded-For"] = f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}"
    case.headers = headers
