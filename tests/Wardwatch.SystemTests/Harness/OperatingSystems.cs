using System.Runtime.Versioning;

// The product runs on Linux and macOS; its tests use file modes and signals.
[assembly: UnsupportedOSPlatform("windows")]
