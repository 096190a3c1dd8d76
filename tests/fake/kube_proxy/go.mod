module grevy/tests/fake/kube_proxy

go 1.24
