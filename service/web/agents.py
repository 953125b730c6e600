"""What agents get of an answer: a short text to read, and all of it as structured content."""

from __future__ import annotations

import json
from typing import Any

from mcp import types
from mcp.server.lowlevel import Server

_EVIDENCE = 200  # characters of the strongest passage


def structure(server: Server[Any]) -> None:
    """Have the tools of an MCP server answer with both; Gradio's answer with JSON in a text alone."""
    answer_of = server.request_handlers[types.CallToolRequest]

    async def call(request: types.CallToolRequest) -> types.ServerResult:
        answer = await answer_of(request)
        result = answer.root
        if isinstance(result, types.CallToolResult) and not result.isError:
            (content,) = result.content
            assert isinstance(content, types.TextContent)
            found = json.loads(content.text)
            result.structuredContent = found
            result.content = [types.TextContent(type="text", text=short(found))]
        return answer

    server.request_handlers[types.CallToolRequest] = call


def short(found: dict[str, Any]) -> str:
    """An answer of ``tools`` in few words: headline, summary, each stance that is no "neutral", notes."""
    lines = []
    if article := found.get("article"):
        lines.append(article["title"] or "Article without a headline")
    if summary := found.get("summary"):
        lines.append(f"Summary: {summary['text']}")
    shown = [stance for stance in found["stances"] if stance["display"] != "neutral"]
    lines += [_stance(stance) for stance in shown]
    if neutral := len(found["stances"]) - len(shown):
        lines.append(f"Neutral or not told: {neutral} of {len(found['stances'])} pairs of an actor and a target.")
    return "\n".join([*lines, *found.get("notes", ())])


def _stance(stance: dict[str, Any]) -> str:
    first = stance["evidence"][0]["text"]
    passage = first if len(first) <= _EVIDENCE else f"{first[:_EVIDENCE]}…"
    said = f"{stance['actor']} → {stance['target']}: {stance['display']} ({stance['probability']:.2f})"
    return f"{said}, as in: {passage}"
