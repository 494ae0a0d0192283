github.com/apache/beam/sdks/v2/java/container@v2.73.0
