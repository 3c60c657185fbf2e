// Loaded before the server. The generated api.json names the server 0.0.0.0:2000; whoever reads it here sees the
// address under which people reach this instance. The file itself stays as it was built: the address may change
// while the image does not. What is sent as a stream, never read as a whole, is not covered.
'use strict';

var fs = require('fs');

var built = '0.0.0.0:2000';
var address = process.env.EDM_ADDRESS_WEB_2000;

function isApi(name) {
  return /(^|\/)api\.json$/.test(String(name));
}

function placed(content) {
  if (content === undefined) return content;
  var text = String(content).split(built).join(address);
  return typeof content === 'string' ? text : Buffer.from(text);
}

if (address) {
  var readFileSync = fs.readFileSync;
  fs.readFileSync = function (name) {
    var content = readFileSync.apply(fs, arguments);
    return isApi(name) ? placed(content) : content;
  };

  var readFile = fs.readFile;
  fs.readFile = function (name) {
    var given = Array.prototype.slice.call(arguments);
    var done = given[given.length - 1];
    if (isApi(name) && typeof done === 'function') {
      given[given.length - 1] = function (error, content) { done(error, placed(content)); };
    }
    return readFile.apply(fs, given);
  };

  var load = require.extensions['.json'];
  require.extensions['.json'] = function (module, name) {
    if (!isApi(name)) return load(module, name);
    module.exports = JSON.parse(fs.readFileSync(name, 'utf8').replace(/^\uFEFF/, ''));
  };
}
