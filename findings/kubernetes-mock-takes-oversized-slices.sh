#!/usr/bin/env bash
# fabric8's Kubernetes client and its mock server 8.0.0 know ResourceSlices (resource.k8s.io/v1) by a typed model. An
# API server refuses a slice of more than 128 devices (ResourceSliceMaxDevices in k8s.io/api resource/v1/types.go); the
# limit stands in the server's validation only, not in the schema that the model is made from. So the model builds
# such a slice, the mock server stores it, and a test that publishes to the mock passes for what no cluster takes.
#
# Seen: a slice of 129 devices is created and read back whole.
#
# What follows here: the exporter of the policy lab checks the limits itself before anything is published (SliceLimits).
#
# Needs mvn and a java of 17 or newer.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/pom.xml" <<'POM'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>findings</groupId><artifactId>slices</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>io.fabric8</groupId><artifactId>kubernetes-client</artifactId><version>8.0.0</version></dependency>
    <dependency><groupId>io.fabric8</groupId><artifactId>kubernetes-server-mock</artifactId><version>8.0.0</version></dependency>
  </dependencies>
</project>
POM
cat > "$folder/Slices.java" <<'JAVA'
import io.fabric8.kubernetes.api.model.resource.v1.*;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import java.util.HashMap;
import java.util.stream.IntStream;

public class Slices {
    public static void main(String[] arguments) {
        ResourceSlice slice = new ResourceSliceBuilder()
                .withNewMetadata().withName("one").endMetadata()
                .withNewSpec().withDriver("gpu.example.org").withNodeName("node")
                .withNewPool().withName("pool").withGeneration(1L).withResourceSliceCount(1L).endPool()
                .addAllToDevices(IntStream.range(0, 129)
                        .mapToObj(i -> new DeviceBuilder().withName("device-" + i).build()).toList())
                .endSpec().build();
        KubernetesMockServer server = new KubernetesMockServer(
                new Context(), new MockWebServer(), new HashMap<>(), new KubernetesCrudDispatcher(), false);
        server.init();
        try (KubernetesClient client = server.createClient()) {
            client.resource(slice).create();
            int kept = client.resources(ResourceSlice.class).withName("one").get().getSpec().getDevices().size();
            System.out.println("devices of the slice that the mock server keeps: " + kept);
            System.out.println(kept == 129 ? "as stated: more than an API server takes" : "CHANGED");
            System.exit(kept == 129 ? 0 : 1);
        }
    }
}
JAVA
mvn -q -B -f "$folder/pom.xml" dependency:build-classpath -Dmdep.outputFile="$folder/classpath" >&2
java -cp "$(cat "$folder/classpath")" "$folder/Slices.java" 2> "$folder/errors" || { status=$?; tail -5 "$folder/errors" >&2; exit $status; }
