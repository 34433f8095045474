-- Text to typed values. Each macro takes trimmed text ('' is empty) and gives NULL where it cannot read it; what is
-- missing is NULL too, and is told from the unreadable by is_missing(). Money is exact: DECIMAL from text, never a double.
-- What is usual is tried first, since the rest takes its time. list_transform([x], lambda z: …)[1] names a value that is used more than once: a
-- macro is pasted into its place, and without it a column of money would become a thousand expressions to be planned.

-- Control characters (also as a workbook writes them: _x000D_), soft hyphens, zero-width and direction marks, the
-- byte-order mark.
CREATE MACRO has_unseen(t) AS
    regexp_matches(t, '[\x00-\x1F\x7F\x{AD}\x{200B}-\x{200F}\x{202A}-\x{202E}\x{2060}-\x{2064}\x{FEFF}]|_x00[01][0-9A-Fa-f]_');

CREATE MACRO bare(t) AS trim(regexp_replace(t,
    '[\x00-\x1F\x7F\x{AD}\x{200B}-\x{200F}\x{202A}-\x{202E}\x{2060}-\x{2064}\x{FEFF}]+|_x00[01][0-9A-Fa-f]_', '', 'g'),
    '       　');

-- Most texts are of printable ASCII and 汉字 alone; DuckDB makes the table of translate() anew for each of the others.
CREATE MACRO half_width(t) AS CASE WHEN regexp_matches(t, '[^ -~一-鿿]|^ | $|_x00') THEN translate(bare(t),
    '        　—−！＂＃＄％＆＇（）＊＋，－．／０１２３４５６７８９：；＜＝＞？＠ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ［＼］＾＿｀ａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ｛｜｝～',
    '         --!"#$%&''()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\]^_`abcdefghijklmnopqrstuvwxyz{|}~') ELSE t END;

-- A pattern and no IN: DuckDB makes a join of a long list, and evaluates it for every row.
CREATE MACRO is_missing(t) AS
    regexp_full_match(t, '(?i)|--?|——?|－|/|／|\\N?|空|无|#N/A|N/A|NA|#?NULL!?|\(NULL\)|NONE|NAN|NAT');

-- A cell of a workbook holds 32,767 characters at most; a longer text is no name, but a quotation mark gone astray.
-- Bytes that are no character in the file's encoding: half of one, where a field of fixed length was cut.
CREATE MACRO is_broken(t) AS contains(t, chr(65533));

CREATE MACRO too_long(t) AS strlen(t) > 32767 AND length(t) > 32767;

CREATE MACRO plain_text(t) AS CASE
    WHEN t = '' OR (strlen(t) <= 6 AND is_missing(t)) OR too_long(t) OR is_broken(t) THEN NULL
    WHEN has_unseen(t) THEN nullif(bare(t), '')
    ELSE t END;

-- Of each macro that reads a column there is a short half, usual_…: what it reads is read so by the whole, too.
CREATE MACRO usual_plain_text(t) AS plain_text(t);

CREATE MACRO usual_plain_id(t) AS CASE WHEN regexp_full_match(t, '\d{1,40}|[0-9A-Z]{8,40}') THEN t END;

-- An id as text, without the marks that keep Excel from eating leading zeros (="0101", '0101); 5.10322E+17 has lost
-- its digits for good.
CREATE MACRO plain_id(t) AS CASE
    WHEN t = '' THEN NULL
    WHEN regexp_full_match(t, '\d{1,40}|[0-9A-Z]{8,40}') THEN t
    WHEN too_long(t) OR is_broken(t) THEN NULL
    ELSE list_transform([half_width(t)], lambda z: CASE
        WHEN is_missing(z) OR regexp_full_match(z, '[-+]?\d(\.\d*)?[eE]\+\d+') THEN NULL
        ELSE nullif(regexp_replace(z, '^(="|'')|"$', '', 'g'), '') END)[1] END;

-- HMAC-SHA256 (RFC 2104), first 32 hex digits; the pads are made from the engagement's key.
CREATE MACRO keyed_hash(t) AS
    left(sha256(getvariable('outer_pad') || unhex(sha256(getvariable('inner_pad') || encode(t)))), 32);

CREATE MACRO plain_surrogate(t) AS keyed_hash(plain_id(t));
CREATE MACRO usual_plain_surrogate(t) AS keyed_hash(usual_plain_id(t));

CREATE MACRO scoped_surrogate(entity, t) AS keyed_hash(plain_id(entity) || chr(31) || plain_id(t));
CREATE MACRO usual_scoped_surrogate(entity, t) AS keyed_hash(usual_plain_id(entity) || chr(31) || usual_plain_id(t));

CREATE MACRO compact(t) AS upper(regexp_replace(plain_id(t), '[\s-]+', '', 'g'));

CREATE MACRO plain_secret(t) AS keyed_hash(compact(t));
CREATE MACRO usual_plain_secret(t) AS keyed_hash(usual_plain_id(t));

-- 16 to 19 digits of which a spreadsheet, keeping fifteen, would have made 000 at the end.
CREATE MACRO is_long_number(z) AS regexp_full_match(z, '\d{16,19}');
CREATE MACRO ends_in_zeros(z) AS regexp_full_match(z, '\d{13,15}000|\d{15}0000');

-- A citizen's number (GB 11643) whose last character is not what the others make it; NULL or false for any other text.
CREATE MACRO weighed(z) AS list_dot_product(
    [CAST(z[i] AS INTEGER) FOR i IN range(1, 18)], [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]);
CREATE MACRO is_misspelt_citizen(text) AS list_transform([text], lambda z: CASE
    WHEN regexp_full_match(z, '[1-9]\d{5}(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}[\dX]')
    THEN z[18] <> '10X98765432'[CAST(weighed(z) AS INTEGER) % 11 + 1] ELSE FALSE END)[1];

-- ￥１，２３４．５０ · 1 234.50 · (5) · 5- · RMB 5
CREATE MACRO bare_number(t) AS regexp_replace(
    regexp_replace(translate(half_width(t), '￥¥', ''), '(?i)人民币|RMB|CNY', ''),
    '^ +| +$|([-+(]) +| +([-)])', '\1\2', 'g');

CREATE MACRO plain_number(z) AS CASE
    WHEN regexp_full_match(z, '[-+]?((\d{1,3}(,\d{3})+|\d{1,3}( \d{3})+|\d+)(\.\d*)?|\.\d+)|\(((\d{1,3}(,\d{3})+|\d{1,3}( \d{3})+|\d+)(\.\d*)?|\.\d+)\)|((\d{1,3}(,\d{3})+|\d{1,3}( \d{3})+|\d+)(\.\d*)?|\.\d+)-')
    THEN CASE WHEN regexp_matches(z, '[-(]') THEN '-' ELSE '' END || translate(z, '(),-+ ', '') END;

CREATE MACRO usual_number(t, power) AS coalesce(
    TRY_CAST(t || power AS DECIMAL(32, 14)),
    CASE WHEN regexp_full_match(t, '-?\d{1,3}(,\d{3})+(\.\d+)?')
        THEN TRY_CAST(replace(t, ',', '') || power AS DECIMAL(32, 14)) END);

-- The number in a cell times ten to a power; a unit that counts behind it changes nothing.
CREATE MACRO number(t, power) AS CASE WHEN t = '' THEN NULL ELSE coalesce(usual_number(t, power),
    list_transform([regexp_replace(bare_number(t), ' ?(元|笔|次|户|个月?|人|岁|天)$', '')],
        lambda z: TRY_CAST(plain_number(z) || power AS DECIMAL(32, 14)))[1]) END;

-- A unit of money in the cell itself: 12.5万元, 3亿. It is certain, whatever the column is in.
CREATE MACRO stated_unit(z) AS regexp_extract(z, '[\d.)-] ?(分|角|[百千]?元|[百千]?万元?|亿元?)$', 1);

CREATE MACRO power_of(unit) AS CASE rtrim(unit, '元')
    WHEN '' THEN 'e2' WHEN '万' THEN 'e6' WHEN '亿' THEN 'e10' WHEN '千' THEN 'e5' WHEN '百' THEN 'e4'
    WHEN '百万' THEN 'e8' WHEN '千万' THEN 'e9' WHEN '角' THEN 'e1' WHEN '分' THEN 'e0' END;

-- An amount in 分 that is written in an unusual way; without a power of ten, only one that states its unit.
CREATE MACRO unusual_amount(t, power) AS list_transform([bare_number(t)], lambda z: TRY_CAST(
    plain_number(regexp_replace(z, ' ?(分|角|[百千]?元|[百千]?万元?|亿元?)$', ''))
    || coalesce(power_of(nullif(stated_unit(z), '')), power) AS DECIMAL(32, 14)))[1];

CREATE MACRO stated_amount(t) AS CASE WHEN regexp_matches(t, '[分角元万亿]') THEN unusual_amount(t, NULL) END;

-- An amount in 分, exact to the fourteenth decimal; the power of ten ('e2': 元) is for cells that state no unit.
CREATE MACRO amount(t, power) AS
    CASE WHEN t = '' THEN NULL ELSE coalesce(usual_number(t, power), unusual_amount(t, power)) END;

-- Half a 分 goes to the even neighbour.
CREATE MACRO rounded(n) AS CAST(round_even(n, 0) AS BIGINT);

-- Most amounts have no more decimals than their unit has powers of ten, so in 分 they are whole and need no rounding,
-- which costs more than all the rest; NULL for the others, and for more than 18 digits, of which DuckDB drops some.
CREATE MACRO usual_fen(t, power) AS CASE
    WHEN instr(t || '.', '.') BETWEEN strlen(t) - CAST(power[2:] AS INTEGER) AND 19 - CAST(power[2:] AS INTEGER)
    THEN CAST(TRY_CAST(CASE WHEN regexp_full_match(t, '-?\d{1,3}(,\d{3})+(\.\d+)?') THEN replace(t, ',', '') ELSE t END
        || power AS DECIMAL(18, 0)) AS BIGINT) END;

CREATE MACRO fen(t, power) AS coalesce(usual_fen(t, power), rounded(amount(t, power)));

CREATE MACRO usual_whole(t) AS
    CASE WHEN instr(t, '.') = 0 THEN CAST(TRY_CAST(t || 'e0' AS DECIMAL(18, 0)) AS BIGINT) END;

CREATE MACRO whole(t) AS coalesce(usual_whole(t),
    list_transform([number(t, 'e0')], lambda n: CASE WHEN n % 1 = 0 THEN TRY_CAST(n AS BIGINT) END)[1]);

CREATE MACRO usual_rate(t) AS TRY_CAST(TRY_CAST(t || 'e0' AS DECIMAL(32, 14)) AS DECIMAL(18, 6));

-- In percent.
CREATE MACRO rate(t) AS TRY_CAST(CASE WHEN suffix(t, '‰') THEN number(rtrim(t, '‰'), 'e-1')
    ELSE coalesce(number(t, 'e0'), number(rtrim(half_width(t), '%'), 'e0')) END AS DECIMAL(18, 6));

-- 9999-12-31, 0000-00-00, 0001-01-01, 1900-01-00 and 1900-01-01 stand for no date, and so does 0.
CREATE MACRO is_no_date(t) AS is_missing(t) OR regexp_full_match(t,
    '(9999\D?12\D?31|9999\D?99\D?99|0000\D?00\D?00|0001\D?0?1\D?0?1|1900\D?0?1\D?0?[01])日?[ T]*[0:.]*|9999-?12-?31[ T]*[0-9:.]*|0+|长期');

CREATE MACRO usual_date(t) AS CASE WHEN strlen(t) BETWEEN 8 AND 17
    THEN CAST(try_strptime(t, ['%Y-%m-%d', '%Y%m%d', '%Y/%m/%d', '%Y.%m.%d', '%Y年%m月%d日']) AS DATE) END;

-- 2018.1 is not read: a number cell shows October (2018.10) so. Nor is any order but year, month, day: that 13 in
-- 7/13/2018 can only be a day does not tell what 7/12/2018 below it is.
CREATE MACRO unusual_date(text, first_day) AS list_transform([text], lambda z: CASE
    WHEN is_no_date(z) THEN NULL
    WHEN regexp_full_match(z, '\d{8}(\d{6}|[ T]*\d{1,2}:.*)?')
        THEN TRY_CAST(z[1:4] || '-' || z[5:6] || '-' || z[7:8] AS DATE)
    WHEN regexp_full_match(z, '\d{4}[-/.年] ?\d{1,2}[-/.月] ?\d{1,2}日?([ T]*\d{1,2}[:时].*)?')
        THEN TRY_CAST(regexp_replace(z, '^(\d+)\D+(\d+)\D+(\d+).*$', '\1-\2-\3') AS DATE)
    WHEN regexp_full_match(z, '\d{6}') THEN last_day(TRY_CAST(z[1:4] || '-' || z[5:6] || '-01' AS DATE))
    WHEN regexp_full_match(z, '\d{4}([-/年]\d{1,2}|\.\d{2}|\.[2-9])月?(份)?')
        THEN last_day(TRY_CAST(regexp_replace(z, '^(\d+)\D(\d+).*$', '\1-\2-01') AS DATE))
    WHEN regexp_full_match(z, '\d{5}(\.\d+)?') AND z[1:5] BETWEEN '10000' AND '80000'
        THEN first_day + CAST(z[1:5] AS INTEGER)  -- a serial of Excel
    END)[1];

-- A month alone is its last day. first_day is the day 0 of serials: 1899-12-30, or 1904-01-01.
CREATE MACRO calendar_date(t, first_day) AS
    CASE WHEN t = '' THEN NULL ELSE coalesce(usual_date(t), unusual_date(half_width(t), first_day)) END;

-- Three numbers that begin with no year of four digits.
CREATE MACRO is_other_order(z) AS
    regexp_full_match(z, '\d{1,2}[-/.年]\d{1,2}[-/.月](\d{1,2}|\d{4})日?([ T]*\d{1,2}:.*)?');

CREATE MACRO in_range(d) AS CASE WHEN d BETWEEN DATE '1900-01-02' AND DATE '2200-12-31' THEN d END;

CREATE MACRO usual_flag(t) AS CASE
    WHEN t = '是' OR t = '1' THEN TRUE
    WHEN t = '否' OR t = '0' THEN FALSE
    WHEN t = '' THEN NULL
    WHEN regexp_full_match(t, '(?i)有|y|yes|t|true|√|✓|已') THEN TRUE
    WHEN regexp_full_match(t, '(?i)无|n|no|f|false|×|✗|未') THEN FALSE END;

CREATE MACRO flag(t) AS coalesce(usual_flag(t), CASE WHEN t <> '' AND strlen(t) < 32
    THEN list_transform([half_width(t)], lambda z: usual_flag(z))[1] END);

CREATE MACRO usual_flag_or_number(t) AS coalesce(usual_flag(t), usual_whole(t) > 0);

-- A flag, or a number of transactions or 元: any above zero.
CREATE MACRO flag_or_number(t) AS coalesce(flag(t), number(t, 'e0') > 0);

CREATE MACRO phone_digits(t) AS regexp_replace(half_width(t), '[^0-9*]', '', 'g');

-- Numbers that were typed to fill the field: one digit over and over, a prefix and one digit, a run, the operator's own.
CREATE MACRO is_filler(d) AS regexp_full_match(d,
    '(86)?(1\d\d)?(0+|1+|2+|3+|4+|5+|6+|7+|8+|9+)|1?2345678\d*|(86)?13800138000|(86)?13[0-9]12345678');

-- A flag, or a telephone number, which may be masked.
CREATE MACRO is_usual_phone(t) AS regexp_full_match(t, '1\d\d-?\d{4}-?\d{4}');

CREATE MACRO usual_flag_or_phone(t) AS CASE WHEN is_usual_phone(t) THEN NOT is_filler(replace(t, '-', '')) END;

CREATE MACRO flag_or_phone(t) AS CASE
    WHEN t = '' THEN NULL
    WHEN is_usual_phone(t) THEN NOT is_filler(replace(t, '-', ''))
    ELSE list_transform([phone_digits(t)],
        lambda d: CASE WHEN length(d) >= 7 THEN NOT is_filler(d) ELSE flag(t) END)[1] END;

CREATE MACRO usual_phone(t) AS CASE WHEN is_usual_phone(t) AND NOT is_filler(replace(t, '-', '')) THEN t END;

CREATE MACRO phone(t) AS CASE
    WHEN t = '' THEN NULL
    WHEN is_usual_phone(t) THEN CASE WHEN NOT is_filler(replace(t, '-', '')) THEN t END
    ELSE list_transform([phone_digits(t)],
        lambda d: CASE WHEN length(d) >= 7 AND NOT is_filler(d) AND NOT too_long(t) THEN bare(t) END)[1] END;

-- The shape of a text, for the quarantine: digits become 9, letters A, 汉字 字.
CREATE MACRO shape(t) AS left(regexp_replace(regexp_replace(regexp_replace(
    left(t, 200), '[\p{Latin}\p{Greek}\p{Cyrillic}]', 'A', 'g'), '\p{N}', '9', 'g'), '\p{Han}', '字', 'g'), 24);
