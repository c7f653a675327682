"""mrkdwn and Markdown are rendered as in Slack, and never as HTML."""

from typing import Any

from playwright.async_api import Page

RENDER = """
async ([module, name, text]) => {
  const { patch } = await import('/static/js/core/dom.js');
  const renderer = await import(module);
  const box = document.createElement('div');
  patch(box, renderer[name](text));
  return box.innerHTML;
}
"""

MRKDWN = {
    "*bold* and _italic_ and ~gone~": "<strong>bold</strong> and <em>italic</em> and <s>gone</s>",
    "*_both_*": "<strong><em>both</em></strong>",
    "snake_case_name stays": "snake_case_name stays",
    "2*3*4 stays": "2*3*4 stays",
    "* not bold*": "* not bold*",
    "`*code*`": '<code class="inline-code">*code*</code>',
    "a &amp; b &lt;c&gt; &copy;": "a &amp; b &lt;c&gt; &amp;copy;",
    ":tada: :no_such_name:": "🎉 :no_such_name:",
    "10:30:45": "10:30:45",
    "<script>alert(1)</script>": "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<javascript:alert(1)|click>": "&lt;javascript:alert(1)|click&gt;",
    "<https://example.org|a &lt;b&gt;>": (
        '<a class="link" href="https://example.org" target="_blank" rel="noopener noreferrer">'
        "a &lt;b&gt;</a>"
    ),
    "see https://example.org/x.": (
        'see <a class="link" href="https://example.org/x" target="_blank" '
        'rel="noopener noreferrer">https://example.org/x</a>.'
    ),
    "<!channel>": '<span class="mention mention-me">@channel</span>',
    "&lt;!channel&gt;": "&lt;!channel&gt;",
}

MARKDOWN = {
    "**bold** and *it* and ~~gone~~": (
        '<p dir="auto"><strong>bold</strong> and <em>it</em> and <s>gone</s></p>'
    ),
    "snake_case_name": '<p dir="auto">snake_case_name</p>',
    "# Title": '<h3 class="md-h1">Title</h3>',
    "- one\n- two": '<ul class="list"><li>one</li><li>two</li></ul>',
    "3. three": '<ol class="list" start="3"><li>three</li></ol>',
    "- [x] done": '<ul class="list"><li>☑ done</li></ul>',
    "> quoted": '<blockquote><p dir="auto">quoted</p></blockquote>',
    "```py\nx < 1\n```": '<pre class="fence"><code>x &lt; 1</code></pre>',
    "---": "<hr>",
    "<b>raw</b>": '<p dir="auto">&lt;b&gt;raw&lt;/b&gt;</p>',
    "[x](javascript:alert(1))": None,
}


async def render(page: Page, module: str, name: str, text: str) -> str:
    """Return the HTML of a text."""
    return str(await page.evaluate(RENDER, [f"/static/js/text/{module}.js", name, text]))


async def test_mrkdwn(visit: Any) -> None:
    """Mrkdwn follows Slack's rules for boundaries, escapes, links and emoji; HTML stays text."""
    page = await visit()
    for text, wanted in MRKDWN.items():
        html = await render(page, "mrkdwn", "mrkdwn", text)
        assert html == f'<div class="lines" dir="auto">{wanted}</div>', text


async def test_mrkdwn_blocks(visit: Any) -> None:
    """Code fences keep their text, and adjacent quoted lines form one quote."""
    page = await visit()
    html = await render(page, "mrkdwn", "mrkdwn", "```*a*\n&gt; b```\n&gt; one\n&gt; two\nend")
    assert '<pre class="fence"><code>*a*\n&gt; b</code></pre>' in html
    assert '<blockquote dir="auto">one<br>two</blockquote>' in html
    assert html.endswith('<div class="lines" dir="auto">end</div>')


async def test_mentions(visit: Any) -> None:
    """People and channels are shown by name; private channels of others are not named."""
    page = await visit("dev")
    html = await render(page, "mrkdwn", "mrkdwn", "<@U0ADA> <@U0DEV> <#C0PRODUCT> <#C0LEADERS|>")
    assert "@Ada Lind" in html
    assert 'class="mention mention-me" title="Data scientist">@Dev Patel' in html
    assert "#product" in html
    assert "#private-channel" in html


async def test_dates(visit: Any) -> None:
    """A date is shown in the reader's time zone; without a format its fallback is shown."""
    page = await visit("chloe")
    text = "<!date^1767600000^{date_num} {time}|fallback> <!date^x^y|fallback>"
    html = await render(page, "mrkdwn", "mrkdwn", text)
    assert "2026-01-05 4:00\u202fPM" in html.replace(" PM", "\u202fPM")
    assert "<span>fallback</span>" in html


async def test_markdown(visit: Any) -> None:
    """The markdown block accepts standard Markdown; HTML and script links stay text."""
    page = await visit()
    for text, wanted in MARKDOWN.items():
        html = await render(page, "markdown", "markdown", text)
        assert "href" not in html or "javascript" not in html, text
        if wanted is not None:
            assert html == wanted, text


async def test_hostile_text_stays_text(visit: Any, client: Any) -> None:
    """Hostile text in any field is shown as text and creates no element."""
    hostile = '<img src=x onerror="window.hit=1"><b>x</b>"\'`*_~ \u202e עברית 🇩🇪'
    safe = hostile.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": hostile}},
        {"type": "section", "text": {"type": "mrkdwn", "text": safe}},
        {"type": "section", "text": {"type": "mrkdwn", "text": hostile}},
        {"type": "markdown", "text": hostile},
    ]
    await client.chat_postMessage(channel="C0PRODUCT", text=hostile, blocks=blocks)
    page = await visit()
    body = page.locator(".message-body.has-blocks")
    await body.wait_for()
    assert await body.locator("img, b").count() == 0
    assert await page.evaluate("window.hit") is None
    assert "<b>x</b>" in await body.inner_text()
