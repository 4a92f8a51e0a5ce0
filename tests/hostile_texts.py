"""Names that would run, load or hide something wherever a text were taken for code; what runs sets `hacked`."""

from __future__ import annotations

from typing import Final

RUN: Final = "globalThis.hacked=1,alert(1)"
AWAY: Final = "http://attacker.invalid/x"

HOSTILE_TEXTS: Final = (
    f"<script>{RUN}</script>",
    f"</script><script>{RUN}</script>",
    f"</title><script>{RUN}</script>",
    f"</style><script>{RUN}</script>",
    f"</noscript><script>{RUN}</script>",
    f"</textarea><script>{RUN}</script>",
    f"--><script>{RUN}</script>",
    f"<!--<script>{RUN}</script>",
    f"]]><script>{RUN}</script>",
    f"<img src=x onerror='{RUN}'>",
    f"<img src={AWAY}>",
    f"<svg onload='{RUN}'>",
    f"<svg><script>{RUN}</script></svg>",
    f"<svg><animate onbegin='{RUN}' attributeName=x dur=1s>",
    "<iframe srcdoc='<script>parent.hacked=1</script>'></iframe>",
    f"<iframe src={AWAY}></iframe>",
    f"<object data={AWAY}></object>",
    f"<link rel=stylesheet href={AWAY}>",
    f"<style>@import '{AWAY}'</style>",
    f"<meta http-equiv=refresh content='0;url={AWAY}'>",
    f"<base href={AWAY}>",
    f"<details open ontoggle='{RUN}'>",
    f"<input autofocus onfocus='{RUN}'>",
    f"\" onmouseover='{RUN}' x=\"",
    f"' onmouseover='{RUN}' x='",
    f"javascript:{RUN}",
    f"${{{RUN}}}",
    f"\\u003cscript\\u003e{RUN}",
    f"__proto__\u2028;{RUN}//",
    f"\u202e</script\u0000><script>{RUN}</script>",
    f"![x]({AWAY})",
    f"[x](javascript:{RUN})",
    f'=HYPERLINK("{AWAY}")',
    f"$\\href{{{AWAY}}}{{x}}$",
    ":material/home: :red[x]",
)
