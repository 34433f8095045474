-- Who the customer is, as the rules of the segments ask: age at the date, children, the sector of his occupation, and evidence of a salary or a trade (R34, R40).
-- needs
--   age: customer.birth_date or customer.age
--   occupation_known, occupation_sector: customer.occupation
--   has_children: customer.children
SELECT
  a.customer_id,
  a.age,
  a.gender,
  a.children NOT IN :no_words AS has_children,
  a.occupation_sector <> 'unknown' AS occupation_known,
  a.occupation_sector,
  p.primary_payroll,
  h.merchant_like
FROM (
  SELECT
    c.customer_id,
    c.gender,
    c.children,
    CASE WHEN c.occupation IS NULL THEN 'unknown' ELSE COALESCE(o.code, 'other') END AS occupation_sector,
    CASE
      WHEN c.birth_date IS NOT NULL THEN
        YEAR(:as_of) - YEAR(c.birth_date)
        - CASE WHEN MONTH(c.birth_date) * 100 + DAY(c.birth_date) > MONTH(:as_of) * 100 + DAY(:as_of) THEN 1 ELSE 0 END
      ELSE c.age
    END AS age
  FROM customer c
  LEFT JOIN meanings o ON o.kind = 'sector' AND o.said = c.occupation
) a
JOIN merchant h ON h.customer_id = a.customer_id
JOIN primary_account p ON p.customer_id = a.customer_id
