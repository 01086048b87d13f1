/* The page says everything without this. It makes the list searchable and the trend readable morning by morning. */
(() => {
  "use strict";
  const $ = (id) => document.getElementById(id);
  const COLUMNS = ["who", "what", "values", "since", "owner", "number cost"];
  const PER_PAGE = 50;
  const PRINTED = 500;

  async function unpacked(node) {
    const bytes = Uint8Array.from(atob(node.textContent), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return JSON.parse(await new Response(stream).text());
  }

  function column(place) {
    return {
      className: COLUMNS[place],
      cellType: place === 0 ? "th" : "td",
      createdCell: (cell) => place === 0 && cell.setAttribute("scope", "row"),
      // Amounts are numbers; an unknown one sorts below every known one.
      type: place === 5 ? "num" : "string",
      orderSequence: place === 5 ? ["desc", "asc", ""] : ["asc", "desc", ""],
      data: (row, use) => {
        if (use === "display") return row.cells[place];
        if (use === "filter") return place === 0 ? row.find : "";
        return row.sort[place] ?? (place === 5 ? -Infinity : "");
      },
    };
  }

  function listed(rows) {
    const node = $("list");
    const chosen = new Map();
    const fits = (row) =>
      [...chosen].every(([name, value]) => (name === "field" ? row.field.includes(value) : row[name] === value));
    node.tBodies[0].replaceChildren();
    const table = new DataTable(node, {
      data: rows,
      columns: COLUMNS.map((_, place) => column(place)),
      order: [],
      autoWidth: false,
      pageLength: PER_PAGE,
      layout: { topStart: null, topEnd: null, bottomStart: "info", bottomEnd: "paging" },
      language: {
        thousands: ",",
        info: "_START_ to _END_ of _TOTAL_",
        infoEmpty: "None",
        infoFiltered: "chosen from _MAX_",
        zeroRecords: "Nothing fits. “Show all” takes back what was chosen.",
      },
    });
    table.search.fixed("chosen", (_, row) => fits(row));

    const selects = [...document.querySelectorAll("[data-choice]")];
    const choose = () => {
      chosen.clear();
      selects.filter((one) => one.value).forEach((one) => chosen.set(one.dataset.choice, one.value));
      table.draw();
    };
    selects.forEach((one) => one.addEventListener("change", choose));
    $("search").addEventListener("input", (event) => table.search(event.target.value).draw());
    $("controls").addEventListener("submit", (event) => event.preventDefault());
    $("sort").addEventListener("change", (event) => {
      const [place, way] = event.target.value.split(",");
      table.order(way ? [[Number(place), way]] : []).draw();
    });
    $("controls").addEventListener("reset", (event) => {
      event.preventDefault();
      selects.forEach((one) => (one.value = ""));
      $("sort").value = $("search").value = "";
      table.search("").order([]);
      choose();
    });
    document.querySelectorAll("a[data-state]").forEach((link) =>
      link.addEventListener("click", () => {
        selects.forEach((one) => (one.value = link.dataset[one.dataset.choice] ?? ""));
        $("search").value = "";
        table.search("");
        choose();
        $("differences").focus({ preventScroll: true });
      }),
    );
    document.addEventListener("keydown", (event) => {
      const isTyping = event.target.closest("input, select, textarea");
      if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
        event.preventDefault();
        $("search").focus();
      }
    });
    // Paper has no second page to turn to.
    const told = () => {
      const names = selects.filter((one) => one.value).map((one) => one.selectedOptions[0].textContent.replace(/ \([\d,]+\)$/, ""));
      const search = table.search() ? [`“${table.search()}”`] : [];
      const { recordsDisplay: fit, recordsTotal: all } = table.page.info();
      $("shown").hidden = fit === all && fit <= PRINTED;
      const first = fit > PRINTED ? `, the first ${PRINTED} of them here` : "";
      $("shown").textContent = `${[...names, ...search].join("; ") || "All"}: ${fit.toLocaleString("en")} of ${all.toLocaleString("en")}${first}.`;
    };
    table.on("draw", told);
    let before = [PER_PAGE, 0];
    window.addEventListener("beforeprint", () => {
      before = [table.page.len(), table.page()];
      table.page.len(PRINTED).draw();
    });
    window.addEventListener("afterprint", () => table.page.len(before[0]).page(before[1]).draw("page"));
    $("controls").hidden = false;
    $("rest")?.remove();
    choose();
    document.documentElement.dataset.ready = "list";
  }

  function trended(trend) {
    const node = $("live");
    const style = getComputedStyle(document.documentElement);
    const tone = (name) => style.getPropertyValue(`--${name}`).trim();
    const days = trend.mornings.map((day) => Date.parse(`${day}T00:00:00Z`) / 1000);
    const number = new Intl.NumberFormat("en");
    const day = uPlot.fmtDate("{YYYY}-{MM}-{DD}");
    const utc = (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC");
    const axis = { stroke: tone("soft"), grid: { stroke: tone("rule"), width: 1 }, ticks: { show: false }, font: "12px system-ui, sans-serif" };
    const counted = { ...axis, size: 58, values: (_, ticks) => ticks.map((one) => (Number.isInteger(one) ? number.format(one) : "")) };
    // Mornings are whole days: no mark between two of them, and none twice.
    const incrs = [1, 2, 3, 5, 7, 14, 28, 56, 91, 182, 364].map((many) => many * 86400);
    const dated = { ...axis, incrs, values: [[86400, "{MMM} {D}", null, null, null, null, null, null, 1]], grid: { show: false } };
    const value = (_, one) => (one == null ? "–" : number.format(one));
    const morning = { label: "Morning", value: (_, one) => (one == null ? "–" : day(utc(one))) };
    const line = (label, name) => ({ label, stroke: tone(name), width: 2, value, points: { size: 5, fill: tone(name) } });
    const around = (_, least, most) => {
      const space = Math.max(1, (most - least) * 0.1);
      return [Math.max(0, least - space), most + space];
    };
    const last = days.length - 1;
    const made = [];

    function draw(height, series, data, more) {
      const options = {
        width: node.clientWidth,
        height,
        tzDate: utc,
        series: [morning, ...series],
        axes: [dated, counted],
        padding: [8, 8, 0, 0],
        cursor: { sync: { key: "trend" }, y: false, drag: { x: true, y: false } },
        legend: { live: true },
        scales: { x: { range: [days[0] - 43200, days[last] + 43200] }, ...more },
      };
      const plot = new uPlot(options, [days, ...data], node);
      plot.root.setAttribute("aria-hidden", "true");
      made.push(plot);
    }

    node.replaceChildren();
    draw(210, [line(trend.labels[0], "crm"), line(trend.labels[1], "billing")], trend.counts, { y: { range: around } });
    const bars = { label: "To act on", stroke: tone("drift"), fill: tone("drift"), value, paths: uPlot.paths.bars({ size: [0.6, 24] }), points: { show: false } };
    draw(140, [bars], [trend.open], { y: { range: (_, __, most) => [0, Math.max(1, most * 1.1)] } });
    const said = document.createElement("p");
    said.className = "unseen";
    said.setAttribute("role", "status");
    node.append(said);

    let at = last;
    const point = (loud) => {
      made.forEach((plot) => plot.setCursor({ left: plot.valToPos(days[at], "x"), top: 10 }));
      const [crm, billing] = trend.counts;
      if (loud) said.textContent = `${trend.mornings[at]}: ${trend.labels[0]} ${value(0, crm[at])}, ${trend.labels[1]} ${value(0, billing[at])}, to act on ${value(0, trend.open[at])}`;
    };
    node.onkeydown = (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1, Home: -last, End: last }[event.key];
      if (step === undefined) return;
      event.preventDefault();
      at = Math.min(last, Math.max(0, at + step));
      point(true);
    };
    point(false);
    return made;
  }

  function trendShown() {
    const trend = JSON.parse($("trend-data").textContent);
    const node = $("live");
    node.hidden = false;
    node.tabIndex = 0;
    node.setAttribute("role", "group");
    node.setAttribute("aria-label", "Both counts and what was open, by trusted morning. The arrow keys go from morning to morning; the numbers follow as a table.");
    document.documentElement.classList.add("lively");
    let made = trended(trend);
    const again = () => {
      made.forEach((plot) => plot.destroy());
      made = trended(trend);
    };
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
    new ResizeObserver(() => made.forEach((plot) => node.clientWidth && plot.setSize({ width: node.clientWidth, height: plot.height }))).observe(node);
  }

  if ($("trend-data")) trendShown();
  if ($("rows") && "DecompressionStream" in window) unpacked($("rows")).then(listed);
})();
