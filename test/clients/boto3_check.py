"""Drives boto3 through every operation, as the environment points it; tells of each check in a line of JSON."""
import json
import os
import time
import urllib.request

import boto3
from botocore.exceptions import ClientError

AGENT = "AGENT12345"
DRAFT = {"agentId": AGENT, "agentVersion": "DRAFT"}
LAMBDA = {"lambda": "arn:aws:lambda:us-east-1:111122223333:function:agents-book"}
FORBIDDEN = {"lambda": "arn:aws:lambda:us-east-1:999922223333:function:anything"}
FUNCTIONS = {"functions": [{
    "name": "book",
    "description": "Books a table.",
    "requireConfirmation": "ENABLED",
    "parameters": {"seats": {"type": "integer", "description": "How many.", "required": True}},
}]}

client = boto3.client("bedrock-agent")
made = {}


def emulator(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(os.environ["BEDROCK_EMULATOR"] + "/_emulator/" + path, data, method=method)
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read() or b"null")


def refused(call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        return error.response
    raise AssertionError("the call succeeded")


def create():
    answer = client.create_agent_action_group(
        **DRAFT, actionGroupName="bookings", description="Tables.", actionGroupExecutor=LAMBDA, functionSchema=FUNCTIONS)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200, answer
    group = answer["agentActionGroup"]
    assert group["functionSchema"] == FUNCTIONS and group["actionGroupExecutor"] == LAMBDA, group
    assert group["createdAt"].tzinfo is not None and len(group["clientToken"]) == 36, group
    made.update(DRAFT, actionGroupId=group["actionGroupId"])


def signature():
    group = client.create_agent_action_group(
        **DRAFT, actionGroupName="UserInputAction", parentActionGroupSignature="AMAZON.UserInput")["agentActionGroup"]
    assert group["parentActionSignature"] == "AMAZON.UserInput", group


def get():
    group = client.get_agent_action_group(**made)["agentActionGroup"]
    assert group["description"] == "Tables." and "clientToken" not in group, group


def update():
    group = client.update_agent_action_group(
        **made, actionGroupName="tables", actionGroupExecutor=LAMBDA, functionSchema=FUNCTIONS)["agentActionGroup"]
    assert group["actionGroupName"] == "tables" and "description" not in group, group


def prepare():
    answer = client.prepare_agent(agentId=AGENT)
    assert answer["agentStatus"] == "PREPARING" and answer["ResponseMetadata"]["HTTPStatusCode"] == 202, answer
    while client.get_agent(agentId=AGENT)["agent"]["agentStatus"] == "PREPARING":
        time.sleep(0.05)
    assert client.get_agent(agentId=AGENT)["agent"]["agentStatus"] == "PREPARED"


def delete():
    assert refused(client.delete_agent_action_group, **made)["Error"]["Code"] == "ConflictException"
    answer = client.delete_agent_action_group(**made, skipResourceInUseCheck=True)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 204, answer
    assert refused(client.get_agent_action_group, **made)["Error"]["Code"] == "ResourceNotFoundException"


def pages():
    for index in range(12):
        client.create_agent_action_group(**DRAFT, actionGroupName=f"page-{index}")
    names = [group["actionGroupName"]
             for page in client.get_paginator("list_agent_action_groups").paginate(**DRAFT, PaginationConfig={"PageSize": 5})
             for group in page["actionGroupSummaries"]]
    assert [name for name in names if name.startswith("page-")] == [f"page-{index}" for index in range(12)], names


def denial():
    answer = refused(client.create_agent_action_group, **DRAFT, actionGroupName="shell", actionGroupExecutor=FORBIDDEN)
    assert answer["Error"]["Code"] == "AccessDeniedException", answer
    assert "[lambda-arn-has-required-prefix] /actionGroupExecutor/lambda" in answer["Error"]["Message"], answer
    assert answer["ResponseMetadata"]["RetryAttempts"] == 0, answer
    try:
        client.create_agent_action_group(**DRAFT, actionGroupName="shell", actionGroupExecutor=FORBIDDEN)
    except client.exceptions.AccessDeniedException:
        return
    raise AssertionError("not the modelled class")


def invalid():
    answer = refused(client.create_agent_action_group, **DRAFT, actionGroupName="no name", actionGroupExecutor=LAMBDA)
    assert answer["Error"]["Code"] == "ValidationException", answer
    assert answer["fieldList"][0]["name"] == "/actionGroupName", answer


def quota():
    emulator("PUT", "settings", {"quotas": {"parametersPerFunction": 0}})
    answer = refused(client.create_agent_action_group, **DRAFT, actionGroupName="many", functionSchema=FUNCTIONS)
    emulator("PUT", "settings", {"quotas": {"parametersPerFunction": 5}})
    assert answer["Error"]["Code"] == "ServiceQuotaExceededException", answer
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 402, answer


def throttled():
    emulator("POST", "faults", {"kind": "throttle", "operation": "GetAgent", "times": 3})
    answer = client.get_agent(agentId=AGENT)
    assert answer["ResponseMetadata"]["RetryAttempts"] == 1, answer


def lost():
    emulator("POST", "faults", {"kind": "drop", "when": "after-commit", "operation": "CreateAgentActionGroup"})
    group = client.create_agent_action_group(**DRAFT, actionGroupName="lost")["agentActionGroup"]
    # Three attempts of the service fail; the client's own retry, with its token, brings the answer.
    emulator("POST", "faults", {"kind": "error", "when": "after-commit", "operation": "*", "times": 12})
    again = client.create_agent_action_group(**DRAFT, actionGroupName="lost-again")
    assert again["ResponseMetadata"]["RetryAttempts"] > 0, again
    emulator("DELETE", "faults")
    commits = [entry for entry in emulator("GET", "ledger")["ledger"] if (entry.get("name") or "").startswith("lost")]
    assert [entry["actionGroupId"] for entry in commits] == [
        group["actionGroupId"], again["agentActionGroup"]["actionGroupId"]], commits


for name, check in [
    ("create", create), ("create, a built-in signature", signature), ("get", get), ("update", update),
    ("prepare, and get the agent", prepare), ("delete", delete), ("list, in pages", pages),
    ("a denial: shown, one attempt", denial), ("a validation error: fieldList", invalid), ("a quota: 402", quota),
    ("throttling is retried", throttled), ("an answer that was lost: one group", lost),
]:
    try:
        check()
        print(json.dumps({"check": name}))
    except Exception as error:  # each check tells of itself
        print(json.dumps({"check": name, "failure": f"{type(error).__name__}: {error}"}))
