-- Open Class I, II and III accounts of the person at the bank, over all customer numbers with his certificate (R4).
-- needs
--   class_1_accounts, class_2_accounts, class_3_accounts: account.account_class
SELECT
  c.customer_id,
  COALESCE(p.class_1_accounts, 0) AS class_1_accounts,
  COALESCE(p.class_2_accounts, 0) AS class_2_accounts,
  COALESCE(p.class_3_accounts, 0) AS class_3_accounts
FROM customer c
LEFT JOIN (
  SELECT
    COALESCE(o.person_key, o.customer_id) AS person,
    COUNT(CASE WHEN a.class IN :class_1_words THEN 1 END) AS class_1_accounts,
    COUNT(CASE WHEN a.class IN :class_2_words THEN 1 END) AS class_2_accounts,
    COUNT(CASE WHEN a.class IN :class_3_words THEN 1 END) AS class_3_accounts
  FROM (
    SELECT
      customer_id,
      UPPER(REPLACE(REPLACE(TRIM(account_class), '户', ''), '类', '')) AS class
    FROM account
    WHERE COALESCE(account_status NOT IN :closed_words, TRUE) AND COALESCE(close_date > :as_of, TRUE)
  ) a
  JOIN customer o ON o.customer_id = a.customer_id
  GROUP BY COALESCE(o.person_key, o.customer_id)
) p ON p.person = COALESCE(c.person_key, c.customer_id)
