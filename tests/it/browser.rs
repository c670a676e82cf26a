//! A real browser without a screen, over the DevTools protocol through two pipes.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

/// Chromium with one page open. It ends with this.
pub(super) struct Browser {
    process: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
    last: u64,
    session: Option<String>,
    /// What it has told without being asked.
    heard: Vec<Value>,
    _profile: tempfile::TempDir,
}

/// The browser's protocol is on descriptors 3 and 4; after ten minutes it is stuck.
const START: &str = "exec timeout -s KILL 600 chromium \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>&1";

impl Browser {
    /// Starts it; says so, and gives nothing, where there is none.
    pub(super) fn start() -> Option<Self> {
        let found = Command::new("chromium").arg("--version").output();
        if !found.is_ok_and(|output| output.status.success()) {
            println!("skipped: chromium is not installed; see scripts/setup");
            return None;
        }
        let profile = tempfile::tempdir().unwrap();
        let mut process = Command::new("sh")
            .args(["-c", START, "sh"])
            .args(["--headless=new", "--disable-gpu", "--remote-debugging-pipe"])
            // The page is our own, and root or a container cannot have its sandbox.
            .args(["--no-sandbox", "--no-first-run", "--disable-dev-shm-usage"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .env("HOME", profile.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut browser = Self {
            orders: process.stdin.take().unwrap(),
            answers: BufReader::new(process.stdout.take().unwrap()),
            process,
            last: 0,
            session: None,
            heard: Vec::new(),
            _profile: profile,
        };
        let target = browser.send("Target.createTarget", &json!({"url": "about:blank"}));
        let how = json!({"targetId": target["targetId"], "flatten": true});
        let session = browser.send("Target.attachToTarget", &how);
        browser.session = Some(session["sessionId"].as_str().unwrap().to_owned());
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.send(&format!("{domain}.enable"), &json!({}));
        }
        Some(browser)
    }

    /// Gives an order and waits for its answer.
    pub(super) fn send(&mut self, method: &str, params: &Value) -> Value {
        self.last += 1;
        let mut order = json!({"id": self.last, "method": method, "params": params});
        if let Some(session) = &self.session {
            order["sessionId"] = json!(session);
        }
        let mut line = order.to_string().into_bytes();
        line.push(0);
        self.orders.write_all(&line).unwrap();
        self.orders.flush().unwrap();
        loop {
            let said = self.hear();
            if said["id"] == json!(self.last) {
                assert!(said["error"].is_null(), "{method}: {}", said["error"]);
                return said["result"].clone();
            }
            self.heard.push(said);
        }
    }

    fn hear(&mut self) -> Value {
        let mut said = Vec::new();
        self.answers.read_until(0, &mut said).unwrap();
        assert_eq!(said.pop(), Some(0), "the browser is gone");
        serde_json::from_slice(&said).unwrap()
    }

    /// Opens a file, at this size, and waits until it has been drawn.
    pub(super) fn open(&mut self, file: &Path, width: u32, height: u32) {
        let size =
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.send("Emulation.setDeviceMetricsOverride", &size);
        self.heard.clear();
        let url = format!("file://{}", file.display());
        self.send("Page.navigate", &json!({"url": url}));
        while !self
            .heard
            .iter()
            .any(|said| said["method"] == "Page.loadEventFired")
        {
            let said = self.hear();
            self.heard.push(said);
        }
        self.frame();
    }

    /// Waits until what has changed is on the screen.
    pub(super) fn frame(&mut self) {
        self.value("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(0))))");
    }

    /// What an expression comes to; a promise is waited for.
    pub(super) fn value(&mut self, expression: &str) -> Value {
        let how = json!({
            "expression": expression,
            "awaitPromise": true,
            "returnByValue": true,
            "allowUnsafeEvalBlockedByCSP": false,
        });
        let answer = self.send("Runtime.evaluate", &how);
        let thrown = &answer["exceptionDetails"];
        assert!(thrown.is_null(), "{expression}: {thrown}");
        answer["result"]["value"].clone()
    }

    /// Processor time that the page's main thread has used, milliseconds.
    pub(super) fn busy_ms(&mut self) -> f64 {
        let metrics = self.send("Performance.getMetrics", &json!({}));
        let all = metrics["metrics"].as_array().unwrap();
        let busy = all.iter().find(|metric| metric["name"] == "TaskDuration");
        busy.unwrap()["value"].as_f64().unwrap() * 1000.0
    }

    /// The text of the element with this id.
    pub(super) fn text(&mut self, id: &str) -> String {
        let expression = format!("document.getElementById({}).textContent", json!(id));
        self.value(&expression).as_str().unwrap().to_owned()
    }

    /// Presses keys, as a keyboard does, and waits for what comes of it.
    pub(super) fn press(&mut self, keys: &[&str]) {
        for key in keys {
            let code = match *key {
                "Enter" => 13,
                "Escape" => 27,
                "ArrowLeft" => 37,
                "ArrowUp" => 38,
                "ArrowRight" => 39,
                "ArrowDown" => 40,
                _ => 0,
            };
            let mut press = json!({"type": "keyDown", "key": key, "windowsVirtualKeyCode": code});
            if key.len() == 1 {
                press["text"] = json!(key);
            }
            self.send("Input.dispatchKeyEvent", &press);
            press["type"] = json!("keyUp");
            self.send("Input.dispatchKeyEvent", &press);
        }
        self.frame();
    }

    /// What went wrong since the page was opened: exceptions, what the console says, and
    /// whatever was asked of the network besides the file itself.
    pub(super) fn complaints(&self, file: &Path) -> Vec<String> {
        let own = format!("file://{}", file.display());
        let is_wrong = |said: &&Value| match said["method"].as_str().unwrap_or_default() {
            "Runtime.exceptionThrown" | "Runtime.consoleAPICalled" | "Log.entryAdded" => true,
            "Network.requestWillBeSent" => said["params"]["request"]["url"] != json!(own),
            _ => false,
        };
        let wrong = self.heard.iter().filter(is_wrong);
        wrong.map(|said| said.to_string()).collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.session = None;
        let close = format!("{}\0", json!({"id": 0, "method": "Browser.close"}));
        let _gone = self.orders.write_all(close.as_bytes());
        let _gone = self.orders.flush();
        let mut rest = Vec::new();
        // Until its end of the pipe is closed it still writes to its profile.
        while self
            .answers
            .read_until(0, &mut rest)
            .is_ok_and(|read| read > 0)
        {
            rest.clear();
        }
        let _reaped = self.process.wait();
    }
}
