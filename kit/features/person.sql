-- Who the customer is, as the rules of the segments ask: age at the date, children, the sector of his occupation, and evidence of a salary or a trade (R34, R40).
-- needs age: customer.birth_date or customer.age
-- needs occupation_known: customer.occupation
-- needs occupation_sector: customer.occupation
-- needs has_children: customer.children
SELECT
  a.customer_id,
  a.age,
  a.gender,
  a.children NOT IN :no_words AS has_children,
  a.occupation IS NOT NULL AND NOT a.unknown_occupation AS occupation_known,
  CASE WHEN a.occupation IS NULL OR a.unknown_occupation THEN 'unknown' ELSE COALESCE(o.sector, 'other') END AS occupation_sector,
  COALESCE(p.primary_payroll, FALSE) AS primary_payroll,
  COALESCE(h.merchant_like, FALSE) AS merchant_like
FROM (
  SELECT
    c.customer_id,
    c.gender,
    c.occupation,
    c.children,
    u.occupation IS NOT NULL AS unknown_occupation,
    CASE
      WHEN c.birth_date IS NOT NULL THEN
        YEAR(:as_of) - YEAR(c.birth_date)
        - CASE WHEN MONTH(c.birth_date) * 100 + DAY(c.birth_date) > MONTH(:as_of) * 100 + DAY(:as_of) THEN 1 ELSE 0 END
      ELSE c.age
    END AS age
  FROM customer c
  LEFT JOIN (
    SELECT DISTINCT c.occupation
    FROM customer c
    JOIN unknown_occupations w ON c.occupation LIKE '%' || w.word || '%'
  ) u ON u.occupation = c.occupation
) a
LEFT JOIN (
  SELECT occupation, MIN(sector) AS sector
  FROM (
    SELECT w.occupation, w.sector
    FROM (
      SELECT c.occupation, w.sector, w.rule, MIN(w.rule) OVER (PARTITION BY c.occupation) AS first_rule
      FROM (SELECT DISTINCT occupation FROM customer) c
      JOIN occupation_words w ON c.occupation LIKE '%' || w.word || '%'
    ) w
    WHERE w.rule = w.first_rule
  ) f
  GROUP BY occupation
) o ON o.occupation = a.occupation AND NOT a.unknown_occupation
JOIN merchant h ON h.customer_id = a.customer_id
JOIN primary_account p ON p.customer_id = a.customer_id
