"""The HTTP API, as the scripts that fill and show the local shop call it."""

import json
import urllib.error
import urllib.request


class Shop:
    """The API for one caller."""

    def __init__(self, base, token=None):
        self.base = base
        self.headers = {"accept": "application/json"}
        if token:
            self.headers["authorization"] = f"Bearer {token}"

    def call(self, method, path, body=None, media="application/json", headers=None):
        """Status, body and headers of an answer, whatever it is."""
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = self.headers | (headers or {})
        if data is not None:
            sent["content-type"] = media
        request = urllib.request.Request(self.base + path, data=data, method=method, headers=sent)
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return response.status, json.loads(response.read() or b"null"), response.headers
        except urllib.error.HTTPError as error:
            text = error.read()
            try:
                return error.code, json.loads(text), error.headers
            except ValueError:
                return error.code, {"detail": text.decode(errors="replace")[:500]}, error.headers

    def wanted(self, expected, method, path, *body, **more):
        """The data of the answer that is expected; any other ends the script with what was said."""
        status, answer, _ = self.call(method, path, *body, **more)
        if status != expected:
            raise SystemExit(f"{method} {path} answered {status}: {json.dumps(answer)[:500]}")
        return answer["data"] if answer else None

    def all(self, path):
        """Every item of a list, page after page."""
        cursor = ""
        while cursor is not None:
            status, answer, _ = self.call("GET", path + ("&" if "?" in path else "?") + f"limit=100{cursor}")
            if status != 200:
                raise SystemExit(f"GET {path} answered {status}: {json.dumps(answer)[:500]}")
            yield from answer["data"]
            following = answer["meta"]["nextCursor"]
            cursor = f"&cursor={following}" if following else None
