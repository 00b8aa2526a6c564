"""What nobody expects: texts, headers and methods that requests, messages and files are made wrong with."""

from __future__ import annotations

# fmt: off
NASTY = (
    "", " ", "0", "-1", "1e309", "NaN", "9" * 400, "٣", "²", "½", "0x10", "None", "null", "[]", "{}", "true", "%",
    "%00", "%zz", "+", "\x00", "\r\n", "\x7f", "\x1b[2J", "\u200b", "\u202e", "\u2028", "\ufeff", "\ud800",
    "\U0001f9a0", "a\u0300" * 60, "ﬃ", "İ", "ẞ", "../../etc/passwd", "..\\..\\x", "/", "//", "C:\\",
    "file:///etc/passwd", "http://127.0.0.1:1/", "~root", "CON", ".", "'", '"', "`", "<script>alert(1)</script>",
    "{{31337*3}}", "{%", "{#", "${7*7}", "{0.__class__}", "%s%n", "=1+1", "@x", "|", ";", "' OR 1=1--",
    "1;DROP TABLE version", "$(id)", "(a+)+$", "a" * 30 + "!", "*" * 50, "(" * 500, "[" * 2000, "\\" * 99,
    "x" * 5000, "0000-00-00", "0001-01-01", "9999-12-31", "9999-12-31T23:59-23:59", "2024-02-30", "2023-02-29",
    "2020-01-01T00:00+99:99", "2016-01-01", "2024-02-29", "2021-12", "2021-13", "0000-01", "2024-W01-1", "20240101",
    "14", "14521", "14521450", "00000000", "99999", ",", ",,,,", "14521,14522", "14521,14521,14521",
    ",".join(f"{at:05}" for at in range(900)), "~", "_", "a b c", "A4", "svg", "de", "en",
)

HEADERS: dict[str, tuple[str, ...]] = {
    "Accept": (
        "*/*", "text/html", "application/json;q=0.1,text/plain", "q=q=q=", ";;,,", "a/b;q=1e9",
        "text/html;q=9999999999", "*" * 999,
    ),
    "Accept-Encoding": (
        "gzip", "gzip;q=0", "*;q=0", "gzip;q=x", "br, gzip", ",,,", "GZIP", "identity;q=0", "gzip" * 500,
    ),
    "Range": (
        "bytes=0-0", "bytes=5-", "bytes=-5", "bytes=9-1", "bytes=-0", "bytes=0-0,5-9", "bytes=999999999999-",
        "lines=1-2", "bytes=a-b",
    ),
    "If-Range": ('"x"', 'W/"x"', "Mon, 01 Jan 2024 00:00:00 GMT", ""),
    "If-None-Match": ("*", '"x"', 'W/"x"', ",", '"' * 99, '"a","b"'),
    "If-Modified-Since": ("x", "Mon, 01 Jan 2024 00:00:00 GMT", "-1", "9" * 99, "Mon, 99 Xxx 99999 99:99:99 GMT"),
    "Host": ("localhost", "evil.example", "<x>", "a" * 300, "[::1]", "[::1", "x:99999", "x:y", "", "a b", "ä"),
    "Origin": ("null", "http://evil.example", "x", ""),
    "Cookie": (
        "_streamlit_user=x", "_streamlit_user=2|1:0|x", "_streamlit_xsrf=%00", "=", ";;;", "a=" + "x" * 4000,
        '_streamlit_session="\\777"',
    ),
    "X-Forwarded-For": ("127.0.0.1", "x", ", ,", "9" * 999),
    "X-Forwarded-Proto": ("https", "javascript", ""),
    "Forwarded": ("for=127.0.0.1;proto=https", ";;;="),
    "Content-Length": ("0", "5"),
    "Content-Type": ("text/html", "application/json", "multipart/form-data; boundary=x"),
    "Expect": ("100-continue", "200-ok"),
    "Upgrade": ("websocket", "h2c", "x"),
    "Connection": ("keep-alive", "Upgrade", "x, y"),
    "Authorization": ("Basic eDp4", "Bearer x", "x"),
    "Accept-Language": ("en", "*", "q" * 500),
    "User-Agent": ("", "x" * 3000, "Mozilla/5.0 (compatible; Googlebot/2.1)"),
}

METHODS = ("GET",) * 150 + (
    "HEAD", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "PROPFIND", "get", "X" * 40,
)
# fmt: on
