"""What Schemathesis may not do to itself, and to this machine: it takes ids from answers and tries them elsewhere."""

import os

import schemathesis

OWN = set(os.environ["OWN_IDS"].split(","))
MOST_PROMPTS = 32


@schemathesis.hook
def before_call(context, case, kwargs):
    # Its key revoked, or its account closed, all that follows would be a refusal.
    parameters = case.path_parameters or {}
    if case.method in ("DELETE", "PATCH") and OWN.intersection(parameters.values()):
        case.path_parameters = {name: "another" for name in parameters}
    # As many prompts as are allowed are minutes of work.
    body = case.body
    where = " ".join([case.path, *map(str, parameters.values())])
    if isinstance(body, dict) and ("text-generation" in where or "completions" in where):
        for name in ("inputs", "prompt", "input"):
            if isinstance(body.get(name), list) and MOST_PROMPTS < len(body[name]) <= 2048:
                body[name] = body[name][:MOST_PROMPTS]
