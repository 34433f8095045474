"""Reports: the chapters of a branch as HTML, PDF and workbooks, and the page over all branches."""
