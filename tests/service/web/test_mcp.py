"""Programs and agents: MCP and Gradio's client use the same tools."""

import asyncio
import json

import pytest
import serving

from newstance.service import Analyzer, Article
from newstance.service.article import SAMPLES

server = pytest.importorskip("newstance.service.web.server", reason="the server needs the serve extra")
mcp = pytest.importorskip("mcp")
gradio_client = pytest.importorskip("gradio_client")

TEXT = "Anna Schmidt praised the harbour plan. Peter Miller condemned the harbour plan."
PAIRS = [["Anna Schmidt", "the harbour plan"], ["Peter Miller", "the harbour plan"]]


def session(address, work):
    """What an agent's work with the tools gives."""
    from mcp.client.streamable_http import streamablehttp_client

    async def main():
        async with (
            streamablehttp_client(f"{address}/gradio_api/mcp/") as (read, write, _),
            mcp.ClientSession(read, write) as agent,
        ):
            await agent.initialize()
            return await work(agent)

    return asyncio.run(main())


def call(address, tool, **arguments):
    """A tool's structured answer; its error as text."""
    answer = session(address, lambda agent: agent.call_tool(tool, arguments))
    return answer.content[0].text if answer.isError else answer.structuredContent


@pytest.fixture(scope="module")
def address(analyzer):
    with serving.running(server.create_app(analyzer)) as address:
        yield address


def test_tools_and_their_arguments_are_described(address):
    tools = {tool.name: tool for tool in session(address, lambda agent: agent.list_tools()).tools}
    assert tools.keys() == {"analyze_article", "find_stances"}
    assert "favor, against or neutral" in tools["find_stances"].description
    for tool in tools.values():
        assert tool.description.endswith(".")
        for name, argument in tool.inputSchema["properties"].items():
            assert len(argument["description"]) > 10, (tool.name, name)
    assert tools["find_stances"].inputSchema["required"] == ["pairs"]


def test_agents_read_a_short_text(address):
    asked = {"text": TEXT, "title": "Harbour", "targets": ["the harbour plan", "rain"]}
    answer = session(address, lambda agent: agent.call_tool("analyze_article", asked))
    (content,) = answer.content
    assert content.text.splitlines() == [
        "Harbour",
        f"Summary: {answer.structuredContent['summary']['text']}",
        *(
            f"{stance['actor']} → the harbour plan: {stance['label']} ({stance['probability']:.2f}), as in: "
            + stance["evidence"][0]["text"]
            for stance in answer.structuredContent["stances"]
            if stance["label"] != "neutral"
        ),
        "Neutral or not told: 2 of 4 pairs of an actor and a target.",
        "The article does not mention “rain”.",
    ]


def test_tool_analyses_an_article(address):
    found = call(address, "analyze_article", text=TEXT, title="Harbour", targets=["the harbour plan"], sentences=1)
    assert found["article"]["title"] == "Harbour"
    assert {s["actor"]: s["label"] for s in found["stances"]} == {"Anna Schmidt": "favor", "Peter Miller": "against"}
    assert found["summary"]["text"] == "Anna Schmidt praised the harbour plan."


def test_tool_finds_stances(address):
    found = call(address, "find_stances", text=TEXT, pairs=PAIRS)
    assert [stance["label"] for stance in found["stances"]] == ["favor", "against"]
    assert found["stances"][0]["evidence"][0]["text"] == "Anna Schmidt praised the harbour plan."


@pytest.mark.parametrize(
    ("tool", "arguments", "message"),
    [
        ("analyze_article", {}, "give either text or url"),
        ("analyze_article", {"text": " "}, "give either text or url|the article is empty"),
        ("analyze_article", {"text": TEXT, "topic": "/etc/passwd"}, "no topic has this name"),
        ("analyze_article", {"text": TEXT, "sentences": 0}, "sentences: "),
        ("analyze_article", {"text": "word " * 30_000}, "at most 100,000 are taken"),
        ("find_stances", {"text": TEXT, "pairs": []}, "pairs: "),
        ("find_stances", {"text": TEXT, "pairs": [["Anna Schmidt"]]}, "an actor and a target"),
    ],
)
def test_tool_says_what_is_wrong(address, tool, arguments, message):
    error = call(address, tool, **arguments)
    assert any(part in error for part in message.split("|"))


def test_tool_is_not_led_to_another_server(analyzer):
    """Gradio calls queued tools over the network, at the address that the request's Host header names."""
    app = server.create_app(analyzer)
    with serving.running(app) as address:
        import httpx

        asked = {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "tools/call",
            "params": {"name": "find_stances", "arguments": {"text": TEXT, "pairs": PAIRS}},
        }
        headers = {"Host": "127.0.0.1:9", "Accept": "application/json, text/event-stream"}
        answer = httpx.post(f"{address}/gradio_api/mcp/", json=asked, headers=headers, timeout=60)
        assert "praised the harbour plan" in answer.text


# The real models on the sample article


@pytest.fixture(scope="module")
def real_address():
    with serving.running(server.create_app(Analyzer.from_profile("embedded"))) as address:
        yield address


@pytest.fixture(scope="module")
def summit():
    return Article.from_file(SAMPLES / "summit.md")


def kims_stances(found):
    return {s["target"]: s["label"] for s in found["stances"] if s["actor"] == "Kim Jong Un"}


@pytest.mark.embedded
def test_agent_analyses_the_sample_article(real_address, summit):
    found = call(real_address, "analyze_article", text=summit.text, title=summit.title, topic="ukraine-war")
    assert kims_stances(found)["Russia's war in Ukraine"] == "favor"
    assert kims_stances(found)["the West"] == "against"
    assert found["summary"]["sentences"]


@pytest.mark.embedded
def test_gradio_client_analyses_the_sample_article(real_address, summit):
    client = gradio_client.Client(real_address, verbose=False)
    found = json.loads(client.predict(summit.text, topic="ukraine-war", summarize=False, api_name="/analyze_article"))
    assert kims_stances(found)["Russia's war in Ukraine"] == "favor"
    assert found["summary"] is None
