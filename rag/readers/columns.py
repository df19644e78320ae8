"""What each part of a paper is called in the wild: one row a part, the best name first.

Another dialect of CSV or JSON is another name in a row. Names are compared without regard to
case, spaces, hyphens, underscores, dots and slashes, so "Source Title" is ``source_title``.
"""

from __future__ import annotations

import re

_NAMES = {
    "id": ("_id", "id", "paper_id", "corpus_id", "doc_id", "pmid", "uid"),
    "title": (
        "title", "display_name", "document_title", "article_title", "paper_title", "preprint_title",
        "rel_title", "title_display", "title_s", "titles", "titel", "titre", "título", "titulo",
        "tittel", "başlık", "titolo", "tytuł", "название", "заглавие", "제목", "题名", "篇名",
        "标题", "题目", "title题名", "title篇名", "題名", "標題", "論文名", "タイトル",
        "논문명", "논문제목", "headline", "study_title", "brief_title", "和文標題", "英文標題",
    ),
    "abstract": (
        "abstract", "text", "summary", "abstract_note", "abstract_text", "paper_abstract",
        "abstract_original", "preprint_abstract", "rel_abs", "description_abstract",
        "description", "zusammenfassung", "kurzfassung", "résumé", "resume", "resumen", "resumo",
        "riassunto", "samenvatting", "sammanfattning", "sammendrag", "özet", "streszczenie",
        "аннотация", "реферат", "초록", "摘要", "abstract摘要", "summary摘要", "抄録", "要旨",
        "要約", "文摘", "brief_summary",
    ),
    # One a language, source or kind.
    "abstracts": ("abstracts", "abstract_s", "descriptions", "editorial_contributions"),
    "index": ("abstract_inverted_index",),
    "authors": (
        "authors_parsed", "authors", "author", "authorships",
        "author_names", "author_name", "creators", "creator", "author_list", "author_string",
        "author_s", "authorships_author_display_name", "authorships_raw_author_name",
        "author_full_names", "full_authors", "preprint_authors", "rel_authors", "author_display",
        "contributor_author",
        "auth_full_name_s", "contributors", "book_authors", "autoren", "autor", "autor_in",
        "verfasser", "auteurs", "auteur", "autores", "autori", "autore", "autorzy", "författare",
        "forfattere", "yazarlar", "авторы", "автор", "저자", "저자명", "作者", "author作者",
        "著者", "著者名",
    ),
    "year": (
        "year", "publication_year", "pub_year", "date", "published", "published_date",
        "publication_date", "pub_date", "issued", "published_at", "publish_time", "date_published",
        "year_published", "cover_date", "date_issued", "published_print", "published_online",
        "first_publication_date", "online_date", "date_of_publication", "publication_date_original",
        "published_year", "publication_date_year", "publication_info", "preprint_date", "rel_date",
        "posted", "publish_date", "produced_date_y_i", "pdate", "ano_de_publicação", "出版年月",
        "jahr", "erscheinungsjahr", "année", "annee",
        "année_de_publication", "año", "ano", "anno", "rok", "jaar", "år",
        "yıl", "год", "год_издания", "연도", "年", "年份", "year年", "出版年",
        "発行年", "出版年份", "发表年份", "发表时间", "pub_time发表时间", "出版日期", "发表日期",
        "発行日", "발행년도", "발행연도",
    ),
    # Where no year is said, the venue may: "ICLR 2018 Poster", "Gut (2011) 5:3".
    "made": ("cdate", "created", "update_date", "versions_created", "earliest_date"),
    "venue": (
        "venue", "journal", "journal_info", "container_title", "publication_title", "source_title",
        "journal_title", "journal_name", "journal_ref", "booktitle", "book_title",
        "proceedings_title", "conference", "conference_name", "meeting_name", "publication_venue",
        "publication_name", "journal_book", "publication_info", "published_in",
        "primary_location_source_display_name", "locations_source_display_name",
        "host_venue_display_name", "primary_location", "host_venue", "publication", "repository",
        "full_journal_name", "published_journal", "journals", "pubtitle", "source", "event_title",
        "proceeding", "anthology_title", "journal_title_s", "pub",
        "book_or_report_details", "server", "preprint_platform", "rel_site",
        "zeitschrift", "fachzeitschrift", "quelle", "revue",
        "revista", "rivista", "tijdschrift", "tidskrift", "tidsskrift", "dergi", "czasopismo",
        "журнал", "학술지", "학술지명", "期刊", "刊名", "期刊名称", "文献来源", "source文献来源",
        "来源", "雑誌", "雑誌名", "誌名", "掲載誌", "資料名", "periódico",
        "parent_title", "is_part_of",
    ),
    "doi": (
        "doi", "dois", "article_doi", "identifier_doi", "digital_object_identifier", "di",
        "published_doi", "preprint_doi", "biorxiv_doi", "rel_doi", "noted_doi", "doi_id_s",
        "doi_link", "doi_url", "link_to_doi", "url_doi", "doi_address", "doi_number", "doi_no",
        "link_doi", "same_as", "identifier",
    ),
    "arxiv": ("arxiv_id", "arxiv", "eprint", "arxiv_eprints", "archive_id"),
    "url": (
        "url", "link", "landing_page_url", "article_url", "full_text_url", "document_url",
        "primary_location_landing_page_url", "primary_location", "html_url", "rel_link", "url_abs",
        "uri_s", "download_url", "source_url", "source_urls", "external_url", "pdf_url", "pdf_link",
        "dimensions_url", "identifier_uri", "ee",
    ),
    "key": ("citation_key", "citekey", "bibkey", "bibcode", "custom_id", "key"),
    "other_ids": ("externalids", "ids", "identifier", "identifiers", "links"),
    "versions": ("versions",),
}  # fmt: skip
# A service's record may lie in one of these; what the inner one says counts.
INNER = (
    *("data", "bibjson", "paper", "content", "_source", "attributes", "document", "bibliography"),
    *("metadata", "citingPaper", "citedPaper", "pnx", "display"),
    *("protocolSection", "identificationModule", "descriptionModule"),
)


_VOCABULARY = re.compile(r"^(?:dc|dcterms|prism)[.:_]|\[\w{0,5}\]$")


def field_name(name: str) -> str:
    """Return a field's or column's name as names are compared, its vocabulary and language gone.

    >>> field_name("Source Title"), field_name("Author/s"), field_name("_id")
    ('sourcetitle', 'authors', '_id')
    >>> field_name("prism:coverDate"), field_name("dc.description.abstract[en_US]")
    ('coverdate', 'descriptionabstract')
    """
    folded = re.sub(r"[\W_]+", "", _VOCABULARY.sub("", name.lower()))
    return f"_{folded}" if name.startswith("_") else folded


NAMES = {part: tuple(dict.fromkeys(map(field_name, row))) for part, row in _NAMES.items()}
IDS, TITLES = frozenset(NAMES["id"]), frozenset(NAMES["title"])
ABSTRACTS = frozenset(NAMES["abstract"] + NAMES["abstracts"])


def looks_like_paper(names: set[str]) -> bool:
    """Tell whether fields of these names (see `field_name`) are those of a paper."""
    parts = [part for part in ("title", "authors", "year", "doi") if names & set(NAMES[part])]
    return bool(names & (ABSTRACTS | {"abstractinvertedindex"}) and names & (TITLES | IDS)) or (
        "title" in parts and len(parts) > 1
    )
