-- 客群: the first of the profile's rules that fits, life cycle before occupation; every rule that fits is kept as a bit (R30, R31, R34, R36).
-- needs
--   segment, segments_fitting, segment_bits: customer.birth_date or customer.age or customer.occupation
SELECT
  c.customer_id,
  s.segment,
  COALESCE(f.segments_fitting, 0) AS segments_fitting,
  COALESCE(f.segment_bits, 0) AS segment_bits
FROM customer c
LEFT JOIN (
  SELECT
    customer_id,
    MIN(segment_rank) AS segment_rank,
    COUNT(*) AS segments_fitting,
    CAST(SUM(segment_bit) AS BIGINT) AS segment_bits
  FROM (
    SELECT DISTINCT p.customer_id, w.segment_rank, w.segment_bit
    FROM person p
    JOIN segment_clauses w
      ON (w.age_from IS NULL OR p.age >= w.age_from)
      AND (w.age_to IS NULL OR p.age <= w.age_to)
      AND (w.gender IS NULL OR p.gender = w.gender)
      AND (w.sector IS NULL OR p.occupation_sector = w.sector)
      AND (NOT w.children OR p.has_children)
      AND (NOT w.payroll OR p.primary_payroll)
      AND (NOT w.merchant OR p.merchant_like)
  ) fitting
  GROUP BY customer_id
) f ON f.customer_id = c.customer_id
JOIN segment_names s ON s.segment_rank = COALESCE(f.segment_rank, :segments.rest_rank)
