"""The roster as a sheet: its columns, its cells, and what is wrong with them (名册导入)."""
