"""Python's slack_sdk without bolt: its Web client, its Socket Mode client and its check of signatures."""

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.socket_mode.response import SocketModeResponse


def say(**heard):
    print(json.dumps(heard), flush=True)


web = WebClient(token=os.environ["BOT_TOKEN"], base_url=os.environ["API_URL"])


def use_the_web_api():
    me = web.auth_test()
    channel = next(one["id"] for one in web.conversations_list()["channels"] if one["name"] == "incidents")
    web.conversations_join(channel=channel)
    posted = web.chat_postMessage(channel=channel, text="From Python")
    web.chat_update(channel=channel, ts=posted["ts"], text="From Python, edited")
    names = [user["name"] for user in web.users_list()["members"]]
    try:
        web.chat_postMessage(channel="C0NOTHING", text="x")
    except SlackApiError as error:
        say(bot=me["user_id"], ts=posted["ts"], users=names, error=error.response["error"])


class Http(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode("utf-8")
        verifier = SignatureVerifier(os.environ["SIGNING_SECRET"])
        valid = verifier.is_valid_request(body, dict(self.headers))
        say(valid=valid, type=self.headers["Content-Type"], retry=self.headers["X-Slack-Retry-Num"])
        self.send_response(200 if valid else 401)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def hear(client, request):
    say(envelope=request.type, retry=request.retry_attempt, reason=request.retry_reason)
    payload = {"text": "Heard by Python"} if request.type == "slash_commands" else None
    client.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id, payload=payload))


use_the_web_api()
if sys.argv[1] == "http":
    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Http)
    say(ready=True)
    server.serve_forever()
else:
    socket = SocketModeClient(app_token=os.environ["APP_TOKEN"], web_client=web)
    socket.socket_mode_request_listeners.append(hear)
    socket.connect()
    say(ready=True)
    sys.stdin.read()
    socket.close()
