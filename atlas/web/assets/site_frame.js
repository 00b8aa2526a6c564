/* The frame of the map in the static site: what streamlit-folium does for it in the app, in a few lines. */
(function () {
  "use strict";
  window.Streamlit = {
    setFrameHeight(height) { if (window.frameElement) window.frameElement.style.height = `${height}px`; },
    setComponentValue(value) { window.parent.document.dispatchEvent(new CustomEvent("atlas:pick", { detail: value })); },
  };
  window.atlasMap.make("map_div");
  window.atlasMap.start(JSON.parse(document.getElementById("map_div").dataset.urls));
  window.parent.document.dispatchEvent(new CustomEvent("atlas:frame"));
})();
