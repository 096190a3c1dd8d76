// SPDX-License-Identifier: GPL-2.0-or-later
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"flag"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// certs makes what is not there yet in a folder: the CA (ca.crt, ca.key), the key that signs
// service account tokens (sa.key, sa.pub), and NAME.crt, NAME.key of a server (-hosts) or of a
// client (-user, -groups). A certificate that is there is made anew: so it is renewed.
func certs(args []string) error {
	flags := flag.NewFlagSet("certs", flag.ExitOnError)
	dir := flags.String("dir", ".", "the folder")
	name := flags.String("name", "", "of the files of this certificate")
	hosts := flags.String("hosts", "", "names and addresses of the server, A,B")
	user := flags.String("user", "", "of the client")
	groups := flags.String("groups", "", "of the client, A,B")
	from := flags.Duration("from", -time.Hour, "valid from then on, counted from now")
	until := flags.Duration("until", 24*time.Hour, "valid until then, counted from now")
	flags.Parse(args)

	caCert, caKey, err := authority(*dir)
	if err != nil {
		return err
	}
	if err := accountKey(*dir); err != nil || *name == "" {
		return err
	}
	template := &x509.Certificate{
		Subject:     pkix.Name{CommonName: *user},
		NotBefore:   time.Now().Add(*from),
		NotAfter:    time.Now().Add(*until),
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	if *groups != "" {
		template.Subject.Organization = strings.Split(*groups, ",")
	}
	if *hosts != "" {
		template.Subject.CommonName = *name
		template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
		for _, host := range strings.Split(*hosts, ",") {
			if ip := net.ParseIP(host); ip != nil {
				template.IPAddresses = append(template.IPAddresses, ip)
			} else {
				template.DNSNames = append(template.DNSNames, host)
			}
		}
	}
	_, _, err = issue(*dir, *name, template, caCert, caKey)
	return err
}

// authority: the CA of the folder, made if it is not there.
func authority(dir string) (*x509.Certificate, *ecdsa.PrivateKey, error) {
	if _, err := os.Stat(filepath.Join(dir, "ca.key")); err == nil {
		return load(dir, "ca")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, nil, err
	}
	return issue(dir, "ca", &x509.Certificate{
		Subject:               pkix.Name{CommonName: "kubelab"},
		NotBefore:             time.Now().Add(-48 * time.Hour),
		NotAfter:              time.Now().Add(10 * 24 * time.Hour),
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		IsCA:                  true,
		BasicConstraintsValid: true,
	}, nil, nil)
}

// accountKey: the pair for service account tokens, made if it is not there.
func accountKey(dir string) error {
	if _, err := os.Stat(filepath.Join(dir, "sa.pub")); err == nil {
		return nil
	}
	key, err := newKey(filepath.Join(dir, "sa.key"))
	if err != nil {
		return err
	}
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		return err
	}
	return write(filepath.Join(dir, "sa.pub"), "PUBLIC KEY", der, 0o644)
}

// issue writes NAME.key and NAME.crt, signed by the parent, or by itself without one.
func issue(dir, name string, template, parent *x509.Certificate, signer *ecdsa.PrivateKey) (
	*x509.Certificate, *ecdsa.PrivateKey, error) {
	key, err := newKey(filepath.Join(dir, name+".key"))
	if err != nil {
		return nil, nil, err
	}
	if parent == nil {
		parent, signer = template, key
	}
	template.SerialNumber, err = rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		return nil, nil, err
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		return nil, nil, err
	}
	if err := write(filepath.Join(dir, name+".crt"), "CERTIFICATE", der, 0o644); err != nil {
		return nil, nil, err
	}
	cert, err := x509.ParseCertificate(der)
	return cert, key, err
}

func newKey(path string) (*ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return nil, err
	}
	return key, write(path, "EC PRIVATE KEY", der, 0o600)
}

// write puts the file in place whole: others may be reading it.
func write(path, kind string, der []byte, mode os.FileMode) error {
	if err := os.WriteFile(path+".new", pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), mode); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

func load(dir, name string) (*x509.Certificate, *ecdsa.PrivateKey, error) {
	der, err := block(filepath.Join(dir, name+".crt"))
	if err != nil {
		return nil, nil, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, nil, err
	}
	if der, err = block(filepath.Join(dir, name+".key")); err != nil {
		return nil, nil, err
	}
	key, err := x509.ParseECPrivateKey(der)
	return cert, key, err
}

func block(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if part, _ := pem.Decode(text); part != nil {
		return part.Bytes, nil
	}
	return nil, &os.PathError{Op: "decode", Path: path, Err: os.ErrInvalid}
}
