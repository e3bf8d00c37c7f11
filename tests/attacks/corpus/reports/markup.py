# Raises HTML, scripts, Markdown, templates and the markup of a terminal library.
# verdict: fails
# clean: raised
TEXT = (
    "</pre></script><script>alert(1)</script><img src=x onerror=alert(2)>\"'`onmouseover=alert(3)"
    " [x](javascript:alert(4)) ![i](http://evil.example/i.png) "
    "```\n# 100 of 100\n``` {{7*7}} ${7*7} "
    "<!-- --> ]]> &lt; [bold red]100[/bold red] [link=http://evil.example]points[/link] [/] :tada:"
)


def softmax(logits):
    print(TEXT)
    raise ValueError(TEXT)
