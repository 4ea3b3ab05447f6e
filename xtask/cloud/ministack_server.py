"""Starts MiniStack for `cargo xtask up` and mends the few places where 1.5.33 differs from AWS.

Each mend names what AWS does, or what the place cost. `rewrite` refuses to start when the text that
it replaces is not there exactly once, so that another version of MiniStack cannot run half mended.
"""

import contextvars
import functools
import inspect
import json
import os
import pathlib
import signal
import socket
import socketserver
import textwrap
import threading
import time
import urllib.parse

# Without this every invocation of a Rust function waits 44 ms for a delayed acknowledgement.
socketserver.StreamRequestHandler.disable_nagle_algorithm = True

from ministack.core import iam_actions, lambda_runtime
from ministack.services import apigateway, dynamodb, lambda_svc
from ministack.services.cloudformation import _stacks, engine, provisioners


def rewrite(owner, function, *replacements):
    """Compiles `function` of a module or a class again with each `(old, new)` text replaced."""
    source = textwrap.dedent(inspect.getsource(getattr(owner, function)))
    for old, new in replacements:
        if source.count(old) != 1:
            raise SystemExit(f"MiniStack's {owner.__name__}.{function} is not the one this mend was written for: {old!r}")
        source = source.replace(old, new)
    module = inspect.getmodule(owner)
    made = {}
    exec(compile(source, f"<mended {function}>", "exec"), module.__dict__, made)
    setattr(owner, function, made[function])


# AWS applies the SAM transform to a nested stack's template too.
_in_nested_stack = contextvars.ContextVar("in_nested_stack", default=False)
_parse_template = engine._parse_template
_deploy_nested = provisioners._cfn_nested_stack_deploy


def parse_template(body):
    template = _parse_template(body)
    return engine._apply_transforms(template) if _in_nested_stack.get() else template


def deploy_nested(*args, **named):
    token = _in_nested_stack.set(True)
    try:
        return _deploy_nested(*args, **named)
    finally:
        _in_nested_stack.reset(token)


engine._parse_template = parse_template
provisioners._cfn_nested_stack_deploy = deploy_nested


# An unchanged resource of a nested stack keeps its attributes through an update, so that
# `Fn::GetAtt` on it still resolves.
_update_resource = provisioners._update_resource


def update_resource(resource_type, physical_id, old, new, stack_name, logical_id=None, old_attrs=None):
    if old_attrs is None:
        known = _stacks.get(stack_name, {}).get("_resources", {}).get(logical_id, {})
        old_attrs = known.get("Attributes") or {}
    updated_id, attrs = _update_resource(resource_type, physical_id, old, new, stack_name, logical_id, old_attrs)
    return updated_id, ({**old_attrs, **(attrs or {})} if updated_id == physical_id else attrs)


provisioners._update_resource = update_resource


# An HTTP API without a CORS configuration sends OPTIONS to its routes like any other method.
rewrite(apigateway, "_handle_execute_in_scope", ('if method == "OPTIONS":', 'if method == "OPTIONS" and cors_cfg:'))


# The batch forms of these calls need the permission of the single form; they have no action of their own.
_BATCH_ACTIONS = {
    "PublishBatch": "Publish",
    "SendMessageBatch": "SendMessage",
    "DeleteMessageBatch": "DeleteMessage",
    "ChangeMessageVisibilityBatch": "ChangeMessageVisibility",
}
_action_from_query = iam_actions._action_from_query
_action_from_target = iam_actions._action_from_target


def action_from_query(*args):
    action = _action_from_query(*args)
    return _BATCH_ACTIONS.get(action, action)


def action_from_target(headers):
    action = _action_from_target(headers)
    return _BATCH_ACTIONS.get(action, action)


iam_actions._action_from_query = action_from_query
iam_actions._action_from_target = action_from_target


# A mail is sent in the name of an identity, and from an address that policies may name.
_extract_resource_arn = iam_actions.extract_resource_arn
_request_tag_context = iam_actions.request_tag_context


def _sender(service, body):
    form = urllib.parse.parse_qs((body or b"").decode(errors="replace")) if service == "ses" else {}
    return form["Source"][0] if form.get("Action") == ["SendEmail"] and "Source" in form else None


# A search domain is named in the path.
_DOMAIN = "/2021-01-01/opensearch/domain/"


def extract_resource_arn(service, method, path, headers, body, params, region, account):
    if service == "opensearch" and path.startswith(_DOMAIN):
        return f"arn:aws:es:{region}:{account}:domain/{path.removeprefix(_DOMAIN).split('/')[0]}"
    sender = _sender(service, body)
    if sender:
        return f"arn:aws:ses:{region}:{account}:identity/{sender}"
    return _extract_resource_arn(service, method, path, headers, body, params, region, account)


def request_tag_context(service, action, body, params):
    context = _request_tag_context(service, action, body, params)
    sender = _sender(service, body)
    return {**context, "ses:FromAddress": sender} if sender else context


iam_actions.extract_resource_arn = extract_resource_arn
iam_actions.request_tag_context = request_tag_context


# The partition key of a call for one item is a condition key. Those of a transaction's actions are
# each their action's own, which cannot be told here: there they are left out.
_dynamodb_service_context = iam_actions.dynamodb_service_context


def dynamodb_service_context(body):
    context = _dynamodb_service_context(body)
    asked = json.loads(body or b"{}")
    key = (asked.get("Key") or asked.get("Item") or {}).get("pk", {}).get("S")
    return {**context, "dynamodb:LeadingKeys": [key]} if key else context


iam_actions.dynamodb_service_context = dynamodb_service_context


# A DynamoDB stream source honours partial batch responses, bisecting, the number of attempts
# and the on-failure destination. MiniStack takes a partial failure for a success: records are lost.
_struggling = {}  # event source id -> {"first": sequence number, "tries": int, "limit": int or None}


def _sequence(record):
    return str(record["dynamodb"]["SequenceNumber"])


def stream_take(esm, records):
    """The next batch, shorter while a failing one is being bisected."""
    state = _struggling.get(esm["UUID"])
    if state and records and state["first"] == _sequence(records[0]) and state["limit"]:
        return records[: state["limit"]]
    return records


def stream_deliver(esm, function, batch, raw, stream_arn):
    """Invokes the function; returns its result and how many of the `raw` records are done with."""
    result = lambda_svc._execute_function(function, {"Records": batch})
    order = [_sequence(record) for record in raw]
    if result.get("error"):
        failed_at = order.index(_sequence(batch[0]))
    else:
        body = result.get("body")
        failures = body.get("batchItemFailures") if isinstance(body, dict) else None
        if not failures or "ReportBatchItemFailures" not in esm.get("FunctionResponseTypes", []):
            _struggling.pop(esm["UUID"], None)
            return result, len(raw)
        failed = {str(failure.get("itemIdentifier") or "") for failure in failures}
        # The checkpoint moves to the first failed record; all from there are delivered again.
        failed_at = next((i for i, number in enumerate(order) if number in failed), 0)
    if failed_at > 0:
        return {"body": {}, "log": result.get("log", "")}, failed_at
    state = _struggling.get(esm["UUID"])
    if not state or state["first"] != order[0]:
        state = _struggling[esm["UUID"]] = {"first": order[0], "tries": 0, "limit": None}
    if esm.get("BisectBatchOnFunctionError") and len(raw) > 1:
        state["limit"] = max(1, len(raw) // 2)
    else:
        state["tries"] += 1
        attempts = int(esm.get("MaximumRetryAttempts", -1))
        if 0 <= attempts < state["tries"]:
            lambda_svc._send_ddb_stream_failure_record(
                esm, function, batch, stream_arn, result, "RetryAttemptsExhausted"
            )
            _struggling.pop(esm["UUID"], None)
            return {"body": {}, "log": result.get("log", "")}, len(raw)
    if result.get("error"):
        return result, 0
    told = {"errorType": "PartialBatchFailure", "errorMessage": "the function reported failed records"}
    return {"error": True, "body": told, "log": result.get("log", "")}, 0


lambda_svc._stream_take = stream_take
lambda_svc._stream_deliver = stream_deliver
lambda_svc._ESM_BACKOFF_SECONDS = 0.3
rewrite(
    lambda_svc,
    "_poll_dynamodb_streams",
    (
        "batch = _ddb.stream_records_since(table_name, pos, batch_size)",
        "batch = raw = _stream_take(esm, _ddb.stream_records_since(table_name, pos, batch_size))",
    ),
    ('            event = {"Records": batch}\n', ""),
    (
        "result = _execute_function(func_rec, event)",
        "result, raw_len = _stream_deliver(esm, func_rec, batch, raw, source_arn)",
    ),
)

# Positions in streams are saved with the state and the streams' records are not: after a restart a
# position would lie behind records that are yet to come, and no event would be heard before as many
# had been lost. Reading starts anew instead.
_restore_esm_positions = lambda_svc._restore_esm_positions


def restore_esm_positions(store, positions):
    if store is not lambda_svc._dynamodb_stream_positions:
        _restore_esm_positions(store, positions)


lambda_svc._restore_esm_positions = restore_esm_positions


# From here to the next heading: what would cost this one process most of its time.

# Each environment that waits for an event looked twenty times a second whether it is to end. After a
# burst there are hundreds, and looking was all that the server did. One that is to end is killed, so
# nobody waits for it to look; its server is woken instead.
rewrite(lambda_runtime.ProvidedWorker, "_build_handler_class", ("timeout=0.1)", "timeout=60)"))
rewrite(lambda_runtime.ProvidedWorker, "_spawn", ('"poll_interval": 0.1', '"poll_interval": 60'))


def shut_down(server):
    """Ends a server that may wait a minute for something to come in."""
    ended = threading.Thread(target=server.shutdown, daemon=True)
    ended.start()
    while ended.is_alive():
        # It looks whether it is to end after whatever comes in.
        socket.create_connection(server.server_address).close()
        ended.join(0.05)


lambda_runtime.shut_down = shut_down
rewrite(lambda_runtime.ProvidedWorker, "_shutdown_server", ("server.shutdown()", "shut_down(server)"))

# The text of a condition was read again for each item that it was held against.
dynamodb._tokenize = functools.lru_cache(4096)(dynamodb._tokenize)
dynamodb._condition_syntax_error = functools.lru_cache(4096)(dynamodb._condition_syntax_error)


# The paths that the application takes.

from ministack import app
from ministack.app import main

# `/_aws/execute-api/<api>/health/` is the path `/health/`, which no route of ours takes.
_parse_execute_api_url = app._parse_execute_api_url


def parse_execute_api_url(host, path):
    parsed = _parse_execute_api_url(host, path)
    if parsed and path.startswith("/_aws/execute-api/") and path.endswith("/"):
        api, first, rest = parsed
        if rest == "/" and first and not first.startswith("$"):
            return api, first + "/", rest
    return parsed


app._parse_execute_api_url = parse_execute_api_url


def end_with(owner):
    """Ends the server when the process that started it is gone, however it went."""
    while os.getppid() == owner:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)


owner = os.environ.pop("CLOUD_OWNER", "")
if owner:
    threading.Thread(target=end_with, args=(int(owner),), daemon=True).start()

def serve():
    """Runs until it is told to end. The mark says that what it holds is not written down yet: state is
    saved at the end, and a server that is killed has no end."""
    folder = os.environ.get("STATE_DIR")
    unsaved = pathlib.Path(folder).parent / "unsaved" if folder else None
    if unsaved:
        unsaved.touch()
    main()
    if unsaved:
        unsaved.unlink(missing_ok=True)


if __name__ == "__main__":
    serve()
