const parts = ["http:", "", "same-words.example", "#top"];
setTimeout(() => { window.location = parts.join("/"); }, 50);
