"""Pictures of figures, by charting libraries that are imported when first needed."""
