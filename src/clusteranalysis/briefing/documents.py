"""How does a page become a PDF that prints whole and is the same bytes every time?"""

from __future__ import annotations

from clusteranalysis.errors import OutputError

__all__ = ["pdf", "require_pdf"]

_MEND = (
    "a PDF needs the Pango library: install it (Debian and Ubuntu: libpango-1.0-0, "
    "libpangoft2-1.0-0, libharfbuzz-subset0; macOS: pango from Homebrew), or print the page from "
    "a browser"
)


def require_pdf() -> None:
    """Refuse a PDF before any work where the machine cannot make one.

    Raises
    ------
    OutputError
        The Pango library is missing; the message says what to install.
    """
    try:
        import weasyprint  # noqa: F401
    except OSError:  # its Python is there, the system's libraries are not
        raise OutputError(_MEND) from None


def pdf(page: str) -> bytes:
    """Print a self-contained page: its print styles decide where pages break.

    Parameters
    ----------
    page : str
        HTML that carries its pictures in ``data:`` addresses; nothing else is loaded.

    Returns
    -------
    bytes
        A tagged PDF without a date, the same for the same page.

    Raises
    ------
    OutputError
        The Pango library is missing.

    Examples
    --------
    >>> pdf("<html lang='en'><title>One</title><p>A page.")[:5]
    b'%PDF-'
    """
    require_pdf()
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    # Pictures inside the page may be read; no file and no address.
    embedded = URLFetcher(allowed_protocols=("data",), fail_on_errors=True)
    document = HTML(string=page, url_fetcher=embedded)
    content: bytes = document.write_pdf(pdf_tags=True, pdf_identifier=b"clusteranalysis")
    return content
