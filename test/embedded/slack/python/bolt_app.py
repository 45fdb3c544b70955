"""An app on Python's slack_bolt, unmodified, over Socket Mode or signed HTTP. Says in lines of JSON what it hears."""

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from slack_bolt import App, BoltRequest
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient


def say(**heard):
    print(json.dumps(heard), flush=True)


app = App(
    client=WebClient(token=os.environ["BOT_TOKEN"], base_url=os.environ["API_URL"]),
    signing_secret=os.environ["SIGNING_SECRET"],
    process_before_response=True,
)

MODAL = {
    "type": "modal",
    "callback_id": "why",
    "title": {"type": "plain_text", "text": "Why"},
    "submit": {"type": "plain_text", "text": "Send"},
    "blocks": [
        {
            "type": "input",
            "block_id": "why",
            "label": {"type": "plain_text", "text": "Why"},
            "element": {"type": "plain_text_input", "action_id": "text"},
        }
    ],
}
BUTTON = {"type": "button", "action_id": "yes", "text": {"type": "plain_text", "text": "Yes"}, "value": "1"}


@app.command("/tocsin")
def command(ack, command):
    say(command=command["text"], user=command["user_id"])
    ack(text="Decide", response_type="in_channel", blocks=[{"type": "actions", "elements": [BUTTON]}])


@app.action("yes")
def yes(ack, body, client):
    say(action=body["actions"][0]["value"], channel=body["channel"]["id"])
    client.views_open(trigger_id=body["trigger_id"], view=MODAL)
    ack()


@app.view("why")
def why(ack, view):
    said = view["state"]["values"]["why"]["text"]["value"]
    say(submitted=said)
    if said == "no":
        ack(response_action="errors", errors={"why": "Say more."})
    else:
        ack()


@app.event("team_join")
def joined(event, request):
    say(event=event["type"], retry=request.headers.get("x-slack-retry-num"))


@app.shortcut("report")
def report(ack, shortcut):
    say(shortcut=shortcut["callback_id"])
    ack()


class Http(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode("utf-8")
        answer = app.dispatch(BoltRequest(body=body, headers={k: v for k, v in self.headers.items()}))
        content = (answer.body or "").encode("utf-8")
        self.send_response(answer.status)
        for name, values in answer.headers.items():
            for value in values:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


if sys.argv[1] == "http":
    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Http)
    say(ready=True)
    server.serve_forever()
else:
    # It looks at its line this often, and gives it up after some failures: a minute by default.
    handler = SocketModeHandler(app, os.environ["APP_TOKEN"], ping_interval=1)
    handler.connect()
    say(ready=True)
    sys.stdin.read()
    handler.close()
