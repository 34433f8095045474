-- Text to typed values. Each macro takes trimmed text ('' is empty) and gives NULL where it cannot read it; what is
-- missing is NULL too, and is told from the unreadable by is_missing(). Money is exact: DECIMAL from text, never a double.

CREATE MACRO half_width(t) AS translate(t, '０１２３４５６７８９．，－—＋（）／：％　', '0123456789.,--+()/:% ');

-- A pattern and no IN: DuckDB makes a join of a long list, and evaluates it for every row.
CREATE MACRO is_missing(t) AS
    t = '' OR regexp_full_match(t, '(?i)--?|——?|/|\\N?|空|无|#N/A|N/A|NA|#?NULL!?|\(NULL\)|NONE|NAN|NAT');

CREATE MACRO plain_text(t) AS CASE
    WHEN t = '' OR is_missing(t) THEN NULL
    WHEN regexp_matches(t, '[\x00-\x1F\x7F]') THEN regexp_replace(t, '[\x00-\x1F\x7F]+', '', 'g')
    ELSE t END;

-- An id as text, without the marks that keep Excel from eating leading zeros (="0101", '0101); 5.10322E+17 has lost
-- its digits for good.
CREATE MACRO plain_id(t) AS CASE
    WHEN regexp_full_match(t, '[0-9A-Z]{8,40}') THEN t  -- most are, and the rest takes its time
    WHEN is_missing(t) OR regexp_full_match(t, '[-+]?\d(\.\d*)?[eE]\+\d+') THEN NULL
    ELSE half_width(regexp_replace(t, '^(="|'')|"$|[\x00-\x1F\x7F]+', '', 'g')) END;

-- HMAC-SHA256 (RFC 2104), first 32 hex digits; the pads are made from the engagement's key.
CREATE MACRO keyed_hash(t) AS
    left(sha256(getvariable('outer_pad') || unhex(sha256(getvariable('inner_pad') || encode(t)))), 32);

CREATE MACRO plain_secret(t) AS keyed_hash(upper(regexp_replace(plain_id(t), '[\s-]+', '', 'g')));

-- ￥１，２３４．５０ · (5) · 5- · 5元
CREATE MACRO plain_number(z) AS CASE
    WHEN regexp_full_match(z, '[-+]?((\d{1,3}(,\d{3})+|\d+)(\.\d*)?|\.\d+)') THEN replace(z, ',', '')
    WHEN regexp_full_match(z, '\(((\d{1,3}(,\d{3})+|\d+)(\.\d*)?|\.\d+)\)|((\d{1,3}(,\d{3})+|\d+)(\.\d*)?|\.\d+)-')
        THEN '-' || translate(z, '(),-', '')
    END;

-- The number in a cell times ten to a power ('e2': 元 to 分); exact to the fourteenth decimal.
CREATE MACRO number(t, power) AS CASE WHEN t = '' THEN NULL ELSE coalesce(
    TRY_CAST(t || power AS DECIMAL(38, 14)),
    TRY_CAST(plain_number(translate(regexp_replace(half_width(t), '元$', ''), '￥¥＄$ ', '')) || power
        AS DECIMAL(38, 14))) END;

-- Half a 分 goes to the even neighbour.
CREATE MACRO rounded(n) AS TRY_CAST(round_even(n, 0) AS BIGINT);

CREATE MACRO exact_fen(t, power) AS CASE WHEN rounded(number(t, power)) IS NOT NULL THEN number(t, power) END;

-- Most amounts have at most two decimals, so in 分 they are whole (from 元 on: power e2 and above) and need no
-- rounding, which costs more than all the rest; NULL for the others.
CREATE MACRO usual_fen(t, power) AS CASE WHEN instr(t, '.') = 0 OR instr(t, '.') >= strlen(t) - 2
    THEN CAST(TRY_CAST(t || power AS DECIMAL(18, 0)) AS BIGINT) END;

CREATE MACRO fen(t, power) AS coalesce(usual_fen(t, power), rounded(number(t, power)));

CREATE MACRO usual_whole(t) AS
    CASE WHEN instr(t, '.') = 0 THEN CAST(TRY_CAST(t || 'e0' AS DECIMAL(18, 0)) AS BIGINT) END;

CREATE MACRO whole(t) AS coalesce(usual_whole(t),
    CASE WHEN number(t, 'e0') % 1 = 0 THEN TRY_CAST(number(t, 'e0') AS BIGINT) END);

CREATE MACRO rate(t) AS TRY_CAST(number(rtrim(half_width(t), '%'), 'e0') AS DECIMAL(18, 6));

-- 9999-12-31, 0000-00-00 and 1900-01-01 stand for no date.
CREATE MACRO is_no_date(t) AS
    is_missing(t) OR t = '长期' OR regexp_full_match(t, '(9999\D?12\D?31|0000\D?00\D?00|1900\D?0?1\D?0?[01])日?([ T]?[0:.]*)');

CREATE MACRO usual_date(t) AS CASE WHEN strlen(t) BETWEEN 8 AND 10
    THEN CAST(try_strptime(t, ['%Y-%m-%d', '%Y%m%d', '%Y/%m/%d', '%Y.%m.%d']) AS DATE) END;

CREATE MACRO unusual_date(z) AS CASE
    WHEN is_no_date(z) THEN NULL
    WHEN regexp_full_match(z, '\d{8}(\d{6}|[ T]*\d{1,2}:.*)?')
        THEN TRY_CAST(z[1:4] || '-' || z[5:6] || '-' || z[7:8] AS DATE)
    WHEN regexp_full_match(z, '\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?([ T]*\d{1,2}:.*)?')
        THEN TRY_CAST(regexp_replace(z, '^(\d+)\D(\d+)\D(\d+).*$', '\1-\2-\3') AS DATE)
    WHEN regexp_full_match(z, '\d{6}') THEN last_day(TRY_CAST(z[1:4] || '-' || z[5:6] || '-01' AS DATE))
    WHEN regexp_full_match(z, '\d{4}[-/.年]\d{1,2}月?')
        THEN last_day(TRY_CAST(regexp_replace(z, '^(\d+)\D(\d+).*$', '\1-\2-01') AS DATE))
    WHEN regexp_full_match(z, '\d{5}(\.\d+)?') AND z[1:5] BETWEEN '18000' AND '80000'
        THEN DATE '1899-12-30' + CAST(z[1:5] AS INTEGER)  -- a serial of Excel
    END;

-- A month alone is its last day.
CREATE MACRO calendar_date(t) AS
    CASE WHEN t = '' THEN NULL ELSE coalesce(usual_date(t), unusual_date(half_width(t))) END;

CREATE MACRO in_range(d) AS CASE WHEN d BETWEEN DATE '1900-01-02' AND DATE '2200-12-31' THEN d END;

CREATE MACRO flag(t) AS CASE
    WHEN t = '是' OR t = '1' THEN TRUE
    WHEN t = '否' OR t = '0' THEN FALSE
    WHEN t = '' THEN NULL
    WHEN regexp_full_match(t, '(?i)有|y|yes|t|true|√|已') THEN TRUE
    WHEN regexp_full_match(t, '(?i)无|n|no|f|false|×|未') THEN FALSE END;

-- A flag, or a number of transactions or 元: any above zero.
CREATE MACRO flag_or_number(t) AS coalesce(flag(t), number(t, 'e0') > 0);

-- A flag, or a telephone number, which may be masked.
CREATE MACRO flag_or_phone(t) AS
    coalesce(flag(t), CASE WHEN length(regexp_replace(t, '[^0-9０-９*]', '', 'g')) >= 7 THEN TRUE END);

-- The shape of a text, for the quarantine: digits become 9, letters A, 汉字 字.
CREATE MACRO shape(t) AS left(regexp_replace(regexp_replace(regexp_replace(
    t, '[\p{Latin}\p{Greek}\p{Cyrillic}]', 'A', 'g'), '\p{N}', '9', 'g'), '\p{Han}', '字', 'g'), 24);
