using System.IO.Compression;
using Microsoft.AspNetCore.ResponseCompression;

namespace Wardwatch.Server.Platform.Web;

/// <summary>
/// The pages' own files are compressed. Answers about patients are not: a compressed answer's length tells about its content (BREACH), and a stream would
/// wait in the compressor.
/// </summary>
internal static class PageCompression
{
    public static void AddPageCompression(this IServiceCollection services)
    {
        services.AddResponseCompression(options =>
        {
            options.EnableForHttps = true;
            options.MimeTypes = ["text/html", "text/css", "text/javascript", "image/svg+xml", "application/wasm", "application/manifest+json"];
        });
        services.Configure<GzipCompressionProviderOptions>(options => options.Level = CompressionLevel.Fastest);
        services.Configure<BrotliCompressionProviderOptions>(options => options.Level = CompressionLevel.Fastest);
    }
}
