"""The core: municipalities, programmes and records, from files to descriptions of maps. Knows no Streamlit."""
