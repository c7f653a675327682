"""The trend chart of a digest. The charting libraries are imported when first needed."""
