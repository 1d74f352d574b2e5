package main

import (
	"fmt"
	"net"
	"os"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

// answerNames is the cluster's name server. It knows the API server's service and says of every
// other name that there is none, so that a look-up in a pod fails at once and nothing leaves the
// machine.
func answerNames(address, apiServer string) {
	connection, err := net.ListenPacket("udp", address)
	if err != nil {
		fail(err.Error())
	}
	ip := [4]byte(net.ParseIP(apiServer).To4())
	buffer := make([]byte, 1500)
	for {
		length, from, err := connection.ReadFrom(buffer)
		if err != nil {
			fail(err.Error())
		}
		answer, err := answerTo(buffer[:length], ip)
		if err == nil {
			_, err = connection.WriteTo(answer, from)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "dns:", err)
		}
	}
}

func answerTo(query []byte, apiServer [4]byte) ([]byte, error) {
	var message dnsmessage.Message
	if err := message.Unpack(query); err != nil {
		return nil, err
	}
	message.Response, message.Authoritative, message.RecursionAvailable = true, true, true
	message.Additionals = nil
	for _, question := range message.Questions {
		name := strings.ToLower(question.Name.String())
		if name != "kubernetes.default.svc.cluster.local." {
			message.RCode = dnsmessage.RCodeNameError
			continue
		}
		if question.Type != dnsmessage.TypeA {
			continue
		}
		message.Answers = append(message.Answers, dnsmessage.Resource{
			Header: dnsmessage.ResourceHeader{Name: question.Name, Class: question.Class, TTL: 30},
			Body:   &dnsmessage.AResource{A: apiServer},
		})
	}
	return message.Pack()
}
