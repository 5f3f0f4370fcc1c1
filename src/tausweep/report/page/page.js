// What answers to a reader: curves that hide, a member that is picked, its orbit, which turns.
"use strict";
(() => {
  const DATA = JSON.parse(document.getElementById("data").textContent);
  const DATA_COLOUR = "#c8c8c8";
  const STILL = matchMedia("(prefers-reduced-motion: reduce)");

  const tip = document.body.appendChild(Object.assign(document.createElement("div"), { className: "tip" }));
  function tell(_, event, item, value) {
    tip.textContent = value ? Object.entries(value).map(([name, text]) => `${name}: ${text}`).join("\n") : "";
    if (!value) return;
    const left = Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 8);
    tip.style.left = `${Math.max(left, 8)}px`;
    tip.style.top = `${Math.max(event.clientY - tip.offsetHeight - 10, 8)}px`;
  }

  /** Draw a specification; to a screen reader it is one picture, named by its description. */
  async function draw(element, spec) {
    const drawn = spec.$schema.includes("vega-lite") ? vegaLite.compile(spec).spec : spec;
    const view = new vega.View(vega.parse(drawn), { renderer: "svg", container: element, hover: true, tooltip: tell });
    await view.runAsync();
    element.setAttribute("role", "img");
    element.setAttribute("aria-label", spec.description);
    element.firstElementChild.setAttribute("aria-hidden", "true");
    return view;
  }

  const written = (value) =>
    value === null ? "none" : value !== 0 && (Math.abs(value) < 1e-4 || Math.abs(value) >= 1e6)
      ? value.toExponential(2) : String(Number(value.toPrecision(3)));

  /** All orbits of a series; the first is the data. */
  function unpacked({ values, steps, variables, reach, missing }) {
    const bytes = Uint8Array.from(atob(values), (letter) => letter.charCodeAt(0));
    const numbers = new Int16Array(bytes.buffer);
    const at = (orbit, step, variable) => {
      const number = numbers[(orbit * steps + step) * variables + variable];
      return number === missing ? null : (number / 32767) * reach;
    };
    return (orbit, of, colour, wide) => Array.from({ length: steps }, (_, step) => {
      const [x, y, z] = [0, 1, 2].map((v) => (v < variables ? at(orbit, step, v) : 0));
      return variables === 1
        ? { of, colour, wide, a: x === null ? null : (2 * step) / Math.max(steps - 1, 1) - 1, b: x, c: 0 }
        : { of, colour, wide, a: x, b: y, c: z };
    });
  }

  class Explorer {
    constructor(root, found) {
      Object.assign(this, { root, found, hidden: {}, turning: false });
      this.orbit = unpacked(found.orbits);
      this.runs = found.runs.curve.map((curve, run) => ({ run, curve, value: found.runs.value[run] }));
      this.find = (selector) => root.querySelector(selector);
      this.choice = Object.fromEntries(
        ["curve", "value", "member"].map((name) => [name, this.find(`[data-choose=${name}]`)]));
    }

    async start() {
      const { found, root } = this;
      this.panels = await Promise.all(
        found.panels.map((panel, i) => draw(this.find(`[data-panel="${i}"]`), panel.spec)));
      this.space = await draw(this.find("[data-orbit]"), found.orbit);
      this.spectrum = await draw(this.find("[data-spectrum]"), found.spectrum);
      for (const view of this.panels) {
        view.addSignalListener("pick", (_, picked) => picked.run && this.pick(picked.run[0]));
      }
      for (const box of root.querySelectorAll("[data-curve]")) {
        box.addEventListener("change", () => this.hide(box.dataset.curve, !box.checked));
      }
      found.curves.forEach((curve, i) => this.choice.curve.add(new Option(curve.label, i)));
      this.choice.curve.addEventListener("change", () => this.pick(this.median(this.near())));
      this.choice.value.addEventListener("change", () => this.pick(this.median(this.chosen())));
      this.choice.member.addEventListener("change", () => this.pick(Number(this.choice.member.value)));
      this.find("[data-turn]")?.addEventListener("click", () => this.turn(!this.turning));
      const azimuth = this.find("[data-azimuth]");
      azimuth?.addEventListener("input", () => {
        this.turn(false);
        this.space.signal("azimuth", (azimuth.value * Math.PI) / 180).run();
      });
      this.space.addSignalListener("azimuth", (_, angle) => {
        if (azimuth) azimuth.value = ((((angle * 180) / Math.PI + 180) % 360) + 360) % 360 - 180;
      });
      if (azimuth) azimuth.value = (this.space.signal("azimuth") * 180) / Math.PI;
      await this.pick(found.start, false);
    }

    /** The runs of a curve at a value. */
    at(curve, value) {
      return this.runs.filter((run) => run.curve === curve && run.value === value);
    }

    chosen() {
      const [curve, value] = [this.choice.curve.value, this.choice.value.value];
      return this.at(Number(curve), value === "" ? null : Number(value));
    }

    /** Those of another curve at the value nearest to the chosen one. */
    near() {
      const curve = Number(this.choice.curve.value);
      const before = Number(this.choice.value.value);
      const values = this.runs.filter((run) => run.curve === curve).map((run) => run.value);
      const far = (value) => Math.abs(value - before);
      return this.at(curve, values.reduce((best, value) => (far(value) < far(best) ? value : best)));
    }

    /** The member in the middle, the better of two; those without a value come last. */
    median(runs) {
      const by = this.found.runs[this.found.panels[0].metric];
      const order = [...runs].sort((p, q) => (by[p.run] ?? Infinity) - (by[q.run] ?? Infinity) || p.run - q.run);
      return order[Math.floor((order.length - 1) / 2)].run;
    }

    hide(curve, hidden) {
      this.hidden = { ...this.hidden, [curve]: hidden };
      for (const view of this.panels) view.signal("hidden", this.hidden).runAsync();
    }

    async pick(run, turning = true) {
      const { found, choice } = this;
      const { curve, value } = this.runs[run];
      const { label, colour, symbol } = found.curves[curve];
      const values = [...new Set(this.runs.filter((r) => r.curve === curve).map((r) => r.value))];
      const members = this.at(curve, value);
      const median = this.median(members);
      choice.curve.value = curve;
      choice.value.replaceChildren(...values.map((v) => new Option(v ?? "none", v ?? "")));
      choice.value.value = value ?? "";
      choice.value.disabled = values.length < 2;
      this.find("[data-label=value] span").textContent = symbol || "value";
      choice.member.replaceChildren(...members.map((r) =>
        new Option(found.runs.member[r.run] + (r.run === median ? " (median)" : ""), r.run)));
      choice.member.value = run;

      for (const view of this.panels) view.signal("picked", run).runAsync();
      const orbits = [...this.orbit(0, "data", DATA_COLOUR, 2.4), ...this.orbit(run + 1, "orbit", colour, 1)];
      await this.space.data("orbit", orbits).runAsync();
      const spectra = [[0, "data", DATA_COLOUR, 3], [run + 1, "orbit", colour, 1.6]];
      await this.spectrum.data("spectrum", spectra.flatMap(([i, of, c, wide]) =>
        (found.spectra.of[i] ?? []).map((p, k) => ({ f: found.spectra.frequency[k], p, of, colour: c, wide }))
      )).runAsync();
      const said = [`${label}${value === null ? "" : `, ${symbol} = ${value}`}, member ${found.runs.member[run]}`];
      for (const { name, lacking } of found.facts) {
        const text = lacking || written(found.runs[name][run]);
        this.find(`[data-fact="${name}"]`).textContent = text;
        const title = this.find(`[data-title="${name}"]`).cloneNode(true).childNodes;
        if (!lacking) said.push(said.length > 1 ? ", " : ": ", ...title, ` ${text}`);
      }
      const lost = found.runs.diverged[run];
      this.find(".status").replaceChildren(...said, lost >= 0 ? `; its orbit diverged at step ${lost}.` : ".");
      if (turning && !STILL.matches) this.turn(true);
    }

    /** Turn the orbit about its third axis, once around; or stop. */
    turn(on) {
      const button = this.find("[data-turn]");
      if (!button || on === this.turning) return;
      this.turning = on;
      button.setAttribute("aria-pressed", on);
      const began = performance.now();
      const from = this.space.signal("azimuth");
      const step = (now) => {
        if (!this.turning) return;
        const turned = (now - began) / 12000;
        if (turned >= 1) return this.turn(false);
        this.space.signal("azimuth", from - 2 * Math.PI * turned).run();
        requestAnimationFrame(step);
      };
      if (on) requestAnimationFrame(step);
      this.find("[data-orbit]").addEventListener("pointerdown", () => this.turn(false), { once: true });
    }
  }

  for (const [number, specs] of Object.entries(DATA.signals)) {
    const places = document.querySelectorAll(`[data-signals="${number}"] .chart`);
    specs.forEach((spec, i) => draw(places[i], spec));
  }
  const ready = Object.entries(DATA.explorers).map(([number, found]) =>
    new Explorer(document.querySelector(`[data-explorer="${number}"]`), found).start());
  Promise.all(ready).then(() => document.documentElement.setAttribute("data-ready", ""));

  // On paper everything is open.
  const closed = () => document.querySelectorAll("main details:not([open])");
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...closed()];
    for (const details of opened) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of opened) details.open = false;
  });
})();
